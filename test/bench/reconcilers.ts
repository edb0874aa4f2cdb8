import type { InvocationResult } from '../../infra/local/invocation.ts';
import type { DurableHost } from '../support/reconciler/durable-host.ts';
import { claimTable } from './mirrors.ts';
import type { Count } from './meter.ts';
import type { LoadedTable } from './load-table.ts';
import { loadTable } from './load-table.ts';
import type { JobReport, Outcome, Usage } from './process/messages.ts';
import { startClerk } from './process/start-clerk.ts';
import type { ClerkProcess } from './process/start-clerk.ts';
import type { SubjectProcess } from './process/subject-process.ts';
import { naiveReconcilerOf, reconcilerOf } from './subjects.ts';
import type { Subject } from './subjects.ts';
import type { World } from './world.ts';

/** One run over all users, in a process that has done nothing before. */
export interface MeasuredRun extends Usage {
  /** Bytes. */
  readonly peakMemory: number;
  /** What it answered. */
  readonly answer: unknown;
}

/** What one run has asked of Clerk and of the table. */
export interface CountedRun extends Count, Usage {
  readonly clerkCalls: number;
  readonly logBytes: number;
  readonly answer: unknown;
}

/** A reconciler between a Clerk with many users and a table. */
export interface Reconciler {
  readonly users: number;
  readonly clerk: ClerkProcess;
  readonly subject: Subject;
  /** A full run. */
  measure(): Promise<MeasuredRun>;
  /** @param mode a full one, if not told otherwise */
  count(mode?: Mode): Promise<CountedRun>;
}

/** With a table that has every user already. */
export interface LoadedReconciler extends Reconciler {
  readonly table: LoadedTable;
}

/** @returns what ends it earlier */
export type Ending = (end: () => Promise<void>) => () => Promise<void>;

/** What a run is asked for. */
export type Mode = 'full' | 'incremental';

type Runner = (started: Pick<SubjectProcess, 'run'>, mode: Mode) => Promise<MeasuredRun>;

/**
 * Ours, over a table that has every user already.
 * @param endingWith has what is started ended in time
 */
export async function startOurs(
  world: World,
  durable: DurableHost,
  users: number,
  endingWith: Ending = (end) => world.host.endingWithSubjects(end),
): Promise<LoadedReconciler> {
  const started = await startClerk(users);
  const clerk = { ...started, close: endingWith(() => started.close()) };
  const subject = reconcilerOf(clerk, durable.url);
  const mirror = await world.host.tableOf(subject);
  const table = await loadTable(mirror, clerk);
  await claimTable(mirror, clerk.instanceId);
  return { ...reconciler(world, clerk, subject, users, (started, mode) => runDurably(durable, started, mode)), table };
}

/** Ours, over a table that is empty: its first run imports everybody, and it is not made before it is counted. */
export async function startEmpty(world: World, durable: DurableHost, users: number): Promise<Reconciler> {
  const clerk = await startClerkOf(world, users);
  const subject = reconcilerOf(clerk, durable.url);
  return reconciler(world, clerk, subject, users, (started, mode) => runDurably(durable, started, mode));
}

/** The naive loop, over a table that its own first run has filled. */
export async function startNaive(world: World, users: number): Promise<Reconciler> {
  const clerk = await startClerkOf(world, users);
  const naive = reconciler(world, clerk, naiveReconcilerOf(clerk), users, runOnce);
  await naive.measure();
  return naive;
}

/**
 * @param answer of our reconciler, or of the naive loop, which updates everyone
 * @throws when a run has found anything else than every user as she was: something else would have been measured
 */
export function refuseChanges(answer: unknown, users: number): void {
  const { created, clerkUsers, updated } = answer as Record<'created' | 'clerkUsers' | 'updated', number | undefined>;
  const isOurs = clerkUsers !== undefined;
  const isUnchanged = created === 0 && (isOurs ? clerkUsers === users && updated === 0 : updated === users);
  if (!isUnchanged) throw new Error(`Of ${users} users who had not changed a run has said: ${JSON.stringify(answer)}`);
}

async function startClerkOf({ host }: World, users: number): Promise<ClerkProcess> {
  const clerk = await startClerk(users);
  return { ...clerk, close: host.endingWithSubjects(() => clerk.close()) };
}

function reconciler(world: World, clerk: ClerkProcess, subject: Subject, users: number, run: Runner): Reconciler {
  return {
    users,
    clerk,
    subject,
    async measure() {
      const started = await world.host.start(subject);
      const measured = await run(started, 'full');
      await started.close();
      return measured;
    },
    async count(mode = 'full') {
      const callsBefore = await clerk.calls();
      const started = await world.host.startCounted(subject);
      const { answer, cpu, wall } = await run(started, mode);
      return { ...(await started.end()), answer, cpu, wall, clerkCalls: (await clerk.calls()) - callsBefore };
    },
  };
}

const runOnce: Runner = async (started) => {
  const report = await started.run({ events: [{}], times: 1 });
  return { ...usageOf(report), answer: answerOf(report.outcome) };
};

/** By the local durable service, which waits between two invocations of a long run, and has both of them in one process. */
async function runDurably(
  durable: DurableHost,
  started: Pick<SubjectProcess, 'run'>,
  mode: Mode,
): Promise<MeasuredRun> {
  const reports: JobReport[] = [];
  durable.invoke = async (event): Promise<InvocationResult> => {
    const report = await started.run({ events: [event], times: 1 });
    reports.push(report);
    return { ok: true, payload: answerOf(report.outcome) };
  };
  const outcome = await durable.execute({ mode });
  if (outcome.status !== 'SUCCEEDED')
    throw new Error(`A measured run has ${outcome.status}: ${JSON.stringify(outcome)}`);
  return { ...reports.map(usageOf).reduce(together), answer: outcome.result };
}

function usageOf({ job, peakMemory }: JobReport): Usage & { peakMemory: number } {
  return { ...job, peakMemory };
}

function together(a: Omit<MeasuredRun, 'answer'>, b: Omit<MeasuredRun, 'answer'>): Omit<MeasuredRun, 'answer'> {
  return { cpu: a.cpu + b.cpu, wall: a.wall + b.wall, peakMemory: Math.max(a.peakMemory, b.peakMemory) };
}

function answerOf(outcome: Outcome): unknown {
  if ('answer' in outcome) return outcome.answer;
  throw new Error(`A measured reconciler threw: ${outcome.thrown}`);
}
