import * as z from 'zod/mini';
import type { RunRequest } from '../../shared/ports/run-starter.ts';
import type { Run } from '../../shared/ports/run-store.ts';
import type { Unreadable } from '../../shared/ports/unreadable.ts';
import { isReadable } from '../../shared/ports/unreadable.ts';
import { approveDeletions } from '../../shared/sync/admin/approve-deletions.ts';
import type { StartedRun } from '../../shared/sync/admin/start-run.ts';
import { startRun } from '../../shared/sync/admin/start-run.ts';
import type { runSchema } from '../http/schemas/admin-answers.ts';
import { readSince } from '../reconciler/run-request.ts';
import { encodeCursor, flag, PAGE_QUERY, pageOf, readQuery } from '../http/query.ts';
import type { Action, ActionResult } from './action.ts';
import { answered, refusedAs, refusedWith } from './action.ts';
import { readNothing } from './body.ts';
import { runIdIn } from './path.ts';

const since = z.pipe(
  z
    .string()
    .check(z.refine((text) => sinceOf(text) !== undefined, 'must be a time such as 2026-11-25T08:00:00Z, or its ms')),
  z.transform(sinceOf),
);

function sinceOf(text: string): number | undefined {
  return readSince(/^\d{13}$/.test(text) ? Number(text) : text);
}

const startQuery = z
  .strictObject({
    mode: z.optional(z.enum(['full', 'incremental'])),
    dry_run: z.optional(flag),
    force: z.optional(flag),
    since: z.optional(since),
  })
  .check(
    z.refine(({ mode, force }) => force !== true || mode !== 'incremental', 'has force, which only a full run knows'),
    z.refine(({ mode, since }) => since === undefined || mode === 'incremental', 'has since without mode=incremental'),
  );

function requestOf({ mode, dry_run: dryRun = false, force = false, since }: z.infer<typeof startQuery>): RunRequest {
  if (mode !== 'incremental') return { mode: 'full', dryRun, force };
  return { mode, dryRun, ...(since !== undefined && { since }) };
}

/** `POST /admin/sync-users`: 202 with the run's id, as soon as the reconciler has taken it on. */
export const syncUsers: Action = {
  name: 'sync-users',
  changes: true,
  async run(event, deps) {
    const query = readQuery(event, startQuery);
    if (!query.ok) return refusedWith(query.answer);
    const refusal = readNothing(event);
    return refusal ?? answerStart(await startRun(deps, requestOf(query.value)));
  },
};

/** Where the run is, also one that was not started: its record says why. */
function answerStart({ runId, status }: StartedRun): ActionResult {
  const location = `/admin/sync-runs/${runId}`;
  if (status === 'requested') {
    return answered(202, { runId, status }, status, { target: runId, headers: { location } });
  }
  const { answer, result } = refusedAs('run_not_started');
  return { answer: { ...answer, headers: { ...answer.headers, location } }, result, target: runId };
}

/** `POST /admin/sync-runs/{id}/approve-deletions`: 202 with the id of the run that makes them. */
export const approveRun: Action = {
  name: 'approve-deletions',
  changes: true,
  target: runIdIn,
  async run(event, deps) {
    const id = runIdIn(event);
    if (id === undefined) return refusedAs('run_not_found');
    const refusal = readNothing(event);
    if (refusal) return refusal;
    const approval = await approveDeletions(deps, id);
    switch (approval.status) {
      case 'unknown':
        return refusedAs('run_not_found');
      case 'not-held':
        return refusedAs('run_not_held', `This run is ${approval.is}, and holds no deletions that could be approved.`);
      case 'superseded':
        return refusedAs(
          'run_superseded',
          approval.isCertain
            ? `The newer full run ${approval.by} has judged the users of today: see that one.`
            : `The newer run ${approval.by} may have judged the users of today: its record cannot be read (see the runbook).`,
        );
      case 'requested':
      case 'not-started': {
        // Whose deletions were approved is what the record is asked for; the new run says itself what it approves.
        const { answer, result } = answerStart(approval);
        return { answer, result };
      }
      default:
        return approval satisfies never;
    }
  },
};

/** `GET /admin/sync-runs/{id}`. */
export const getRun: Action = {
  name: 'get-run',
  changes: false,
  target: runIdIn,
  async run(event, { runs }) {
    const id = runIdIn(event);
    const run = id === undefined ? undefined : await runs.get(id);
    return run ? answered(200, { ...shownRun(run), report: run.report }, 'shown') : refusedAs('run_not_found');
  },
};

const pageQuery = z.strictObject(PAGE_QUERY);

/** `GET /admin/sync-runs`: the latest first. One whose record cannot be read hides none of the others. */
export const listRuns: Action = {
  name: 'list-runs',
  changes: false,
  async run(event, { history }) {
    const query = readQuery(event, pageQuery);
    if (!query.ok) return refusedWith(query.answer);
    const { items, next } = await history.list(pageOf(query.value));
    const unreadable = items.flatMap((item) => (isReadable(item) ? [] : [shownUnreadable(item)]));
    const body = {
      runs: items.filter(isReadable).map(shownRun),
      ...(unreadable.length > 0 && { unreadable }),
      next: encodeCursor(next),
    };
    return answered(200, body, 'shown');
  },
};

function shownUnreadable({ id: runId, unreadable: problem }: Unreadable): { runId: string; problem: string } {
  return { runId, problem };
}

/** Without the report, which names users: a list of runs would be long. */
function shownRun({
  id: runId,
  counts,
  report: _report,
  hasJudged: _hasJudged,
  heldBecause,
  failedBecause,
  ...run
}: Run): z.infer<typeof runSchema> {
  const { startedAt, endedAt, since, dryRun = false, force = false, ...rest } = run;
  return {
    runId,
    ...rest,
    dryRun,
    force,
    startedAt: new Date(startedAt).toISOString(),
    endedAt: endedAt === undefined ? null : new Date(endedAt).toISOString(),
    ...(since !== undefined && { since: new Date(since).toISOString() }),
    ...counts,
    ...(heldBecause !== undefined && { heldBecause }),
    ...(failedBecause !== undefined && { failedBecause }),
  };
}
