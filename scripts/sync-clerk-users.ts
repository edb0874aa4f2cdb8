/**
 * `npm run sync`: a full run in this process, by the reconciler's own code, over the local cloud that runs here or, with
 * `--stack NAME`, over a deployed stack with the caller's AWS credentials. Also the way back when the table was lost: it writes
 * every user anew from Clerk. With `--since` it looks at what Clerk has changed since then, and no further unless it has to; with
 * `--user` at one user.
 *
 * Exits 0 in sync or repaired, 1 failed (also for an option that there is not) or skipped for another run, 2 drift found in a dry
 * run, 3 deletions held. With `--json` the last thing on standard output is the summary. CloudWatch is told how it ended.
 */
import { resolve } from 'node:path';
import { reconcile } from '../functions/reconciler/reconcile.ts';
import { RUN_ID, USER_ID } from '../functions/reconciler/run-request.ts';
import { withRetries } from '../shared/adapters/clerk/with-retries.ts';
import type { ReconcileDependencies } from '../shared/sync/reconcile/dependencies.ts';
import { RECONCILE_LIMITS } from '../shared/sync/reconcile/dependencies.ts';
import { RUN_ENDED } from '../shared/sync/reconcile/report-run.ts';
import type { RunSummary } from '../shared/sync/reconcile/summary.ts';
import { readArguments, refuse } from './support/arguments.ts';
import { runUntilInterrupted } from './support/interrupt.ts';
import { runMeasures } from './support/measures.ts';
import type { Mirror } from './support/mirror.ts';
import { connectToMirror } from './support/mirror.ts';
import { findPlace } from './support/place.ts';
import { recordsOfDryRun } from './sync/dry-run-records.ts';
import { inProcessSteps } from './sync/in-process-steps.ts';
import { lookAtTable } from './sync/look-at-table.ts';
import { createProgress } from './sync/progress.ts';
import { parseSince } from './sync/since.ts';
import { adviceAfterStop, adviceFor, EXIT_CODES, summaryOfNothing, summaryTable } from './sync/summary-table.ts';
import { watchedDirectory } from './sync/watched-directory.ts';
import { watchedLease } from './sync/watched-lease.ts';

const USAGE =
  'npm run sync -- [--dry-run] [--force | --since TIME | --user USER_ID] [--json] [--stack NAME] | --approve-deletions RUN [--json] [--stack NAME]';

const options = readArguments(
  {
    'dry-run': { type: 'boolean', default: false },
    force: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    since: { type: 'string' },
    user: { type: 'string' },
    'approve-deletions': { type: 'string' },
    stack: { type: 'string' },
  },
  USAGE,
  EXIT_CODES.failed,
);
const { 'dry-run': dryRun, 'approve-deletions': heldRun, force, json, stack } = options;
if (heldRun !== undefined && (dryRun || force)) {
  refuse(
    '--approve-deletions makes the deletions of a held run: it goes with neither --dry-run nor --force.',
    USAGE,
    EXIT_CODES.failed,
  );
}
if (options.since !== undefined && (force || heldRun !== undefined)) {
  refuse(
    '--since looks at what Clerk has changed since then: it goes with neither --force nor --approve-deletions.',
    USAGE,
    EXIT_CODES.failed,
  );
}
if (options.user !== undefined && (force || options.since !== undefined || heldRun !== undefined)) {
  refuse(
    '--user looks at one user, hand edits included: it goes with none of --force, --since and --approve-deletions.',
    USAGE,
    EXIT_CODES.failed,
  );
}
if (options.user !== undefined && !USER_ID.test(options.user)) {
  refuse(`--user ${options.user} is no id of a user: it begins with user_.`, USAGE, EXIT_CODES.failed);
}
if (heldRun !== undefined && !RUN_ID.test(heldRun)) {
  refuse(
    `--approve-deletions ${heldRun} is no id of a run: a run that was held says its own.`,
    USAGE,
    EXIT_CODES.failed,
  );
}
const since = options.since === undefined ? undefined : sinceOrRefuse(options.since);

const where = { stack, stackFile: resolve('.local/stack.json') };
const measures = runMeasures();
const stop = new AbortController();
await runUntilInterrupted(run, stop);

/** @returns the exit code */
async function run(): Promise<number> {
  let mirror: Mirror | undefined;
  try {
    mirror = await connectToMirror(where);
    await lookAtTable(mirror, { name: stack ?? 'the local cloud', isDry: dryRun });
    const summary = await reconcile(requested(), inProcessSteps(mirror.timers, stop.signal), dependenciesOf(mirror));
    tell(summary);
    // A dry run has recorded nothing; one that was stopped by hand has not failed.
    if (!stop.signal.aborted) await measures.tell(() => findPlace(where));
    return EXIT_CODES[summary.status];
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    console.error(why);
    if (json) console.log(JSON.stringify(summaryOfNothing(why)));
    return EXIT_CODES.failed;
  } finally {
    mirror?.close();
  }
}

function sinceOrRefuse(text: string): number {
  const problem = `--since ${text} is no time in the past, or one of long before Clerk: give one such as 2026-11-25T08:00:00Z, or 90m, 2h or 3d for so long ago.`;
  return parseSince(text, Date.now()) ?? refuse(problem, USAGE, EXIT_CODES.failed);
}

function requested(): object {
  if (since !== undefined) return { mode: 'incremental', dryRun, since };
  if (options.user !== undefined) return { mode: 'user', userId: options.user, dryRun };
  return heldRun === undefined ? { mode: 'full', dryRun, force } : { mode: 'approve', run: heldRun };
}

/** A dry run keeps its own record in memory as well: then it writes nothing at all. */
function dependenciesOf(mirror: Mirror): ReconcileDependencies {
  const { clock, timers, random } = mirror;
  const progress = createProgress(process.stderr, clock);
  const patient = withRetries(mirror.directory, { timers, random, clock, maxWaitMs: 15_000 });
  const say = (message: string, facts: object = {}): void => progress.say(`${message} ${JSON.stringify(facts)}`);
  return {
    ...mirror,
    metrics: measures,
    runs: dryRun ? recordsOfDryRun(mirror.runs, clock) : mirror.runs,
    // An incremental run does not wait, and says itself that it was skipped.
    lease: since === undefined ? watchedLease(mirror.lease, (text) => progress.say(text)) : mirror.lease,
    directory: watchedDirectory(patient, progress, stop.signal),
    log: {
      info: () => progress.end(),
      warn: say,
      error: (message, facts) => (message === RUN_ENDED ? progress.end() : say(message, facts)),
    },
    limits: RECONCILE_LIMITS,
  };
}

function tell(summary: RunSummary): void {
  const say = json ? console.error : console.log;
  say(summaryTable(summary, dryRun));
  const advice = stop.signal.aborted ? adviceAfterStop(dryRun) : adviceFor(summary, stack);
  if (advice !== undefined) say(`\n${advice}`);
  if (json) console.log(JSON.stringify(summary));
}
