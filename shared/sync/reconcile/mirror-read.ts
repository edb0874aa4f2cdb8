import type { DirectoryUser } from '../../ports/user-directory.ts';
import type { SyncOptions, SyncResult } from '../apply-snapshot.ts';
import { applySnapshot } from '../apply-snapshot.ts';
import { readSnapshot } from '../read-user.ts';
import type { Snapshot } from '../../domain/snapshot.ts';
import type { RunChange, StoredUser } from '../../domain/user.ts';
import { MalformedItem } from '../../ports/malformed-item.ts';
import type { ChangeCounter } from './changes.ts';
import type { ChunkIdentity, ReconcileDependencies } from './dependencies.ts';
import type { Evidence } from './drift-cause.ts';
import { findingsOf } from './drift-cause.ts';
import { UserNotWritten } from './failure.ts';
import { leaseOf } from './lease.ts';
import { lookAt, wordOn } from './look-at.ts';

/** What became of a user. */
export interface Mirrored {
  /** Whether she is live in the table now; `unstorable` where the table cannot keep her, or has an item that cannot be read. */
  readonly state: 'live' | 'not-live' | 'unstorable';
  /** As she was stored before; undefined also where that cannot be read. */
  readonly before: StoredUser | undefined;
}

export type Settled = Extract<SyncResult, { status: 'settled' }>;

/**
 * Brings the table in line with what Clerk was read to say of one user, her item included: a write makes index keys,
 * fingerprint and attributes right as well. A reconcile run is trusted to revive a user whom a mistaken deletion buried.
 *
 * @param seenAt when the read began, ms
 * @returns what became of her; a run goes on without a user who cannot be kept or read
 * @throws UserNotWritten when the table does not take the user in time; StoreUnavailable, DirectoryUnavailable
 */
export async function mirrorRead(
  deps: ReconcileDependencies,
  run: ChunkIdentity,
  user: DirectoryUser,
  seenAt: number,
  changes: ChangeCounter,
): Promise<Mirrored> {
  const mirrored = await unlessUnreadable(deps, user.id, changes, async () => {
    const found = await lookAt(deps, run, user.id);
    const word = await wordOn(deps, run, readSnapshot(user, seenAt, 'deleted'), found.user);
    const result = await applyNow(deps, run, word, changes, { known: found });
    return { state: stateOf(result), before: found.user };
  });
  return mirrored === 'unreadable' ? { state: 'unstorable', before: undefined } : mirrored;
}

function stateOf(result: Settled | 'unstorable'): Mirrored['state'] {
  if (result === 'unstorable') return 'unstorable';
  return result.user.tombstone ? 'not-live' : 'live';
}

/**
 * Goes on without a user whose item cannot be read: one such item must not end every run. Counts and logs it.
 * @returns `unreadable` then, else what the work answers
 */
export async function unlessUnreadable<T>(
  { log }: Pick<ReconcileDependencies, 'log'>,
  userId: string,
  changes: ChangeCounter,
  work: () => Promise<T>,
): Promise<T | 'unreadable'> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof MalformedItem)) throw error;
    changes.unreadable(userId);
    // The message names the item by its key, which for a reservation is somebody's address.
    log.error('user not readable', { userId, attribute: error.attribute });
    return 'unreadable';
  }
}

/**
 * Applies a snapshot and counts what came of it, also what an earlier attempt at the same chunk has made of it already.
 *
 * @param options.known the stored user, where it has been read already
 * @param options.isFenced whether the lease must still be the run's when it is written
 * @returns `unstorable` when the table cannot keep the user at all
 * @throws UserNotWritten when the table does not take it in time; LeaseLost
 */
export async function applyNow(
  deps: ReconcileDependencies,
  run: ChunkIdentity,
  snapshot: Snapshot,
  changes: ChangeCounter,
  options: Pick<SyncOptions, 'known'> & { readonly isFenced?: boolean } = {},
): Promise<Settled | 'unstorable'> {
  const { budgetMs } = deps.limits;
  const { known, isFenced = false } = options;
  const step = { runId: run.id, step: run.step, ...(isFenced && { lease: leaseOf(run) }) };
  const result = await applySnapshot(deps, snapshot, {
    path: 'reconciler',
    budgetMs,
    run: step,
    ...(known && { known }),
  });
  if (result.status === 'settled') {
    const note = changeInRun(result.runChange, run);
    const { outcome, changedFields } = note ?? result;
    // What she was before this run had written her is not known any more: only its note is left.
    const evidence = evidenceOf(snapshot, note ? undefined : result.before, deps.clock.now());
    const findings = findingsOf({ outcome, changedFields }, evidence);
    changes.settled({ userId: snapshot.id, outcome, changedFields, findings });
    return result;
  }
  if (result.status === 'failed' && result.reason === 'unstorable') {
    changes.unstorable();
    return 'unstorable';
  }
  throw new UserNotWritten(`User ${snapshot.id} could not be written within ${budgetMs} ms (${result.reason}).`);
}

function evidenceOf(snapshot: Snapshot, before: Evidence['before'], now: number): Evidence {
  const clerk = snapshot.source === 'read' && { asOf: snapshot.asOf, createdAt: snapshot.record.clerkCreatedAt };
  return { before, clerk: clerk || undefined, now };
}

/**
 * What this run has done to a user before, in this chunk or in an earlier one of the same kind that did not come to the end of
 * it: its process died before it could tell, or it ended among users whom the next chunk meets again. A chunk counts what it
 * has come past, and nobody comes past a user twice.
 */
export function changeInRun(change: RunChange | undefined, { id, step }: ChunkIdentity): RunChange | undefined {
  return change?.runId === id && kindOf(change.step) === kindOf(step) ? change : undefined;
}

/** `walk` of `walk-3`. */
function kindOf(step: string): string {
  return step.replace(/-\d+$/, '');
}
