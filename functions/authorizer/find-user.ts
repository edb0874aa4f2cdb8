import { merge } from '../../shared/domain/merge.ts';
import type { TokenSnapshot } from '../../shared/domain/snapshot.ts';
import { refusalOf } from '../../shared/domain/standing.ts';
import type { MirroredUser, StoredUser } from '../../shared/domain/user.ts';
import { StoreUnavailable } from '../../shared/ports/user-store.ts';
import type { AskAnswer, SyncResult } from '../../shared/sync/apply-snapshot.ts';
import { applySnapshot } from '../../shared/sync/apply-snapshot.ts';
import { persist } from '../../shared/sync/persist.ts';
import { askInTime } from './ask-in-time.ts';
import type { AuthorizerDependencies } from './dependencies.ts';
import { SHORTEST_QUESTION_MS, TABLE_BUDGET_MS, WRITE_RESERVE_MS } from './dependencies.ts';
import { createMissingUser } from './missing-user.ts';

export type Found =
  /** `synced`: the mirror stands behind what is said of the user. */
  | { readonly status: 'known'; readonly user: MirroredUser; readonly synced: boolean }
  | { readonly status: 'no-such-user' }
  /** The mirror has no such user, and this variant creates none. */
  | { readonly status: 'not-mirrored'; readonly user: undefined }
  /** The mirror has not been reached. `user`: what has been learnt of her all the same. */
  | { readonly status: 'unavailable'; readonly user: MirroredUser | undefined };

/** The user as the mirror has her, once the token has been taken into account: by all variants but the one that only reads. */
export async function findUser(token: TokenSnapshot, deps: AuthorizerDependencies): Promise<Found> {
  const startedAt = deps.clock.now();
  const read = await readStored(token.id, deps);
  if (read === 'unavailable') return { status: 'unavailable', user: undefined };
  if (read && refusalOf(read)) return { status: 'known', user: read, synced: true };
  if (deps.variant === 'verify-only') return foundByReading(read);
  const endsAt = startedAt + TABLE_BUDGET_MS;
  const result = read
    ? await refresh(token, read, endsAt, deps)
    : await createMissingUser(token, timeUntil(endsAt, deps), deps);
  return result === 'no-such-user' ? { status: 'no-such-user' } : foundBySyncing(result, read);
}

/** The user that a token alone would create. */
export function claimedUser(token: TokenSnapshot, deps: AuthorizerDependencies): MirroredUser {
  const decision = merge(undefined, token, deps.clock.now());
  if (decision.ask) throw new Error('The rule asked about a user that is not stored.');
  return decision.next;
}

function foundByReading(read: StoredUser | undefined): Found {
  return read ? { status: 'known', user: read, synced: true } : { status: 'not-mirrored', user: undefined };
}

function foundBySyncing(result: SyncResult, read: StoredUser | undefined): Found {
  switch (result.status) {
    case 'settled':
      return { status: 'known', user: result.user, synced: true };
    case 'unsettled':
      // Clerk was asked and has no such user any more: her deletion is on its way.
      return result.reason === 'absent'
        ? { status: 'no-such-user' }
        : { status: 'known', user: result.user, synced: true };
    case 'failed':
      return foundUnwritten(result.decided, result.reason === 'unstorable', read);
    default:
      return result satisfies never;
  }
}

/** What was decided counts, though it could not be written: Clerk may just have said that the user is banned. */
function foundUnwritten(decided: MirroredUser | undefined, isReached: boolean, read: StoredUser | undefined): Found {
  const user = decided ?? read;
  return user && (isReached || read) ? { status: 'known', user, synced: false } : { status: 'unavailable', user };
}

async function readStored(
  userId: string,
  deps: AuthorizerDependencies,
): Promise<StoredUser | undefined | 'unavailable'> {
  const deadline = deps.timers.deadline(TABLE_BUDGET_MS);
  try {
    return await persist(deps, deadline.signal, () => deps.store.get(userId, { signal: deadline.signal }));
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    deps.metrics.record('SyncFailed', 1, { Path: 'authorizer' });
    return 'unavailable';
  } finally {
    deadline.clear();
  }
}

function refresh(
  token: TokenSnapshot,
  stored: StoredUser,
  endsAt: number,
  deps: AuthorizerDependencies,
): Promise<SyncResult> {
  return applySnapshot(deps, token, {
    path: 'authorizer',
    budgetMs: timeUntil(endsAt, deps),
    known: { user: stored },
    ask: (userId) => askAboutStored(userId, endsAt, deps),
  });
}

function timeUntil(endsAt: number, { clock }: AuthorizerDependencies): number {
  return Math.max(1, endsAt - clock.now());
}

/** Within the table's time, of which it leaves enough to write the answer: Clerk must not make the table look slow. */
async function askAboutStored(userId: string, endsAt: number, deps: AuthorizerDependencies): Promise<AskAnswer> {
  const timeMs = timeUntil(endsAt - WRITE_RESERVE_MS, deps);
  if (timeMs < SHORTEST_QUESTION_MS) return 'unavailable';
  return askInTime(deps.timers, timeMs, (signal) => deps.askLimit.aboutStored(userId, signal));
}
