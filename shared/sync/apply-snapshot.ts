import type { ChangedField } from '../domain/changed-fields.ts';
import type { Lease } from '../ports/lease-store.ts';
import type { MergeOutcome, Settled } from '../domain/decision.ts';
import { merge } from '../domain/merge.ts';
import type { Reservation } from '../domain/names.ts';
import type { ReadSnapshot, Snapshot } from '../domain/snapshot.ts';
import type { MirroredUser, Path, RunChange, StoredUser } from '../domain/user.ts';
import { StoreUnavailable, UnstorableUser } from '../ports/user-store.ts';
import type { WriteDependencies } from './names/write-user.ts';
import { writeUser } from './names/write-user.ts';
import { backOff, persist } from './persist.ts';
import { withRepairs } from './repairs.ts';
import { reportFailed, reportSettled } from './report.ts';

/** What applying a snapshot needs. */
export type SyncDependencies = WriteDependencies;

/** What Clerk answered when asked: the user, that there is none, or nothing (it was not reached, or is not to be asked now). */
export type AskAnswer = ReadSnapshot | 'absent' | 'unavailable';

export interface SyncOptions {
  readonly path: Path;
  /** Time for everything, retries included, ms: 800 for the authorizer, 5,000 for the other paths. */
  readonly budgetMs: number;
  /**
   * The stored user, where it has been read already: saves the first read. An item that was examined is repaired where it is
   * not as every write leaves it, and so are names that were looked at and found not to be the user's: `lostNames`.
   */
  readonly known?: { readonly user: StoredUser | undefined; readonly lostNames?: readonly Reservation[] };
  /** The step of the reconcile run that applies it: noted on the user with what is done. */
  readonly run?: RunStep;
  /** How to ask Clerk. Without it nothing is asked. */
  readonly ask?: (userId: string, signal: AbortSignal) => Promise<AskAnswer>;
}

export interface RunStep {
  readonly runId: string;
  readonly step: string;
  /** The lease that must still be the run's when it writes. */
  readonly lease?: Lease;
}

export type SyncResult =
  | {
      readonly status: 'settled';
      readonly outcome: MergeOutcome;
      readonly user: MirroredUser;
      readonly changedFields: readonly ChangedField[];
      /** The stored user that this was decided from. */
      readonly before: StoredUser | undefined;
      /** What a reconcile run has noted on the stored user, where nothing was written now. */
      readonly runChange?: RunChange;
    }
  /** Only Clerk can decide, and did not: the stored user stands. */
  | { readonly status: 'unsettled'; readonly reason: 'absent' | 'unavailable'; readonly user: MirroredUser }
  /** What was decided, if it came that far, is not in the table: not in time, or, `unstorable`, not ever. */
  | {
      readonly status: 'failed';
      readonly reason: 'store' | 'contention' | 'unstorable';
      readonly decided: MirroredUser | undefined;
      readonly error: Error;
    };

/**
 * Read, merge, write on condition that nobody wrote in between, and again with what the other writer left: the only way
 * into the table. Losing a race to an equal write is a success.
 *
 * @returns what came of the snapshot; never throws for a store that is unavailable, contended or cannot keep the user
 * @throws whatever is a defect or a missing permission
 */
export async function applySnapshot(
  deps: SyncDependencies,
  snapshot: Snapshot,
  options: SyncOptions,
): Promise<SyncResult> {
  const deadline = deps.timers.deadline(options.budgetMs);
  const attempt: Attempt = { deps, options, signal: deadline.signal, decided: undefined };
  try {
    const result = await settle(attempt, snapshot);
    if (result.status === 'settled') reportSettled(deps, snapshot, options.path, result);
    return result;
  } catch (error) {
    const failure = failureOf(error, attempt);
    reportFailed(deps, snapshot, options.path, failure);
    return failure;
  } finally {
    deadline.clear();
  }
}

interface Attempt {
  readonly deps: SyncDependencies;
  readonly options: SyncOptions;
  readonly signal: AbortSignal;
  /** What the rule has last decided to write. */
  decided: MirroredUser | undefined;
}

async function settle(attempt: Attempt, first: Snapshot): Promise<SyncResult> {
  const { deps, options, signal } = attempt;
  let snapshot = first;
  let stored = options.known
    ? options.known.user
    : await persist(deps, signal, () => deps.store.get(first.id, { signal }));
  for (let lost = 0; ;) {
    const lostNames = stored === options.known?.user ? (options.known?.lostNames ?? []) : [];
    const decision = withRepairs(merge(stored, snapshot, deps.clock.now()), stored, lostNames.length > 0);
    if (decision.ask) {
      const answer = (await options.ask?.(snapshot.id, signal)) ?? 'unavailable';
      if (typeof answer === 'string') return unsettled(stored, answer);
      if (isOlderThanEvent(answer, snapshot)) return unsettled(stored, 'unavailable');
      snapshot = answer;
    } else {
      const result = await write(attempt, stored, decision, lostNames);
      if (result.status === 'written')
        return { ...decision, status: 'settled', user: result.user, before: stored, ...noteOf(stored, decision) };
      stored = result.current;
      lost += 1;
      await backOff(deps, signal, lost);
    }
  }
}

/** Clerk's reads may lag behind its events: one that has not seen the very event it is asked about cannot settle it. */
function isOlderThanEvent(answer: ReadSnapshot, question: Snapshot): boolean {
  return question.source === 'event' && answer.asOf < question.asOf;
}

type Written =
  | { readonly status: 'written'; readonly user: MirroredUser }
  | { readonly status: 'lost'; readonly current: StoredUser | undefined };

function write(
  attempt: Attempt,
  stored: StoredUser | undefined,
  decision: Settled,
  lostNames: readonly Reservation[],
): Promise<Written> {
  const { next } = decision;
  if (!decision.write) return Promise.resolve({ status: 'written', user: next });
  const { deps, options, signal } = attempt;
  attempt.decided = next;
  const change = { next, expected: stored, path: options.path, ...runOf(options, decision) };
  return writeUser(deps, change, signal, lostNames);
}

/** What a run leaves on a user: enough to count the change once more, if the step that made it has to be done again. */
function runOf({ run }: SyncOptions, { outcome, changedFields }: Settled): { runChange?: RunChange; lease?: Lease } {
  if (!run || outcome === 'unchanged' || outcome === 'stale') return {};
  const { runId, step, lease } = run;
  return { runChange: { runId, step, outcome, changedFields }, ...(lease && { lease }) };
}

function noteOf(stored: StoredUser | undefined, { write: isWritten }: Settled): { runChange?: RunChange } {
  return !isWritten && stored?.runChange ? { runChange: stored.runChange } : {};
}

function unsettled(stored: StoredUser | undefined, reason: 'absent' | 'unavailable'): SyncResult {
  if (!stored) throw new Error('The rule asked about a user that is not stored: only a difference can need asking.');
  return { status: 'unsettled', reason, user: stored };
}

export type SyncFailure = Extract<SyncResult, { status: 'failed' }>;

function failureOf(error: unknown, { signal, decided }: Attempt): SyncFailure {
  if (error instanceof StoreUnavailable) return { status: 'failed', reason: 'store', decided, error };
  if (error instanceof UnstorableUser) return { status: 'failed', reason: 'unstorable', decided, error };
  // Only the deadline's own error: a defect that surfaces after it must not pass for contention and be tried again.
  if (error instanceof Error && error === signal.reason)
    return { status: 'failed', reason: 'contention', decided, error };
  throw error;
}
