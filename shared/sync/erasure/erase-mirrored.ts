import { erase } from '../../domain/erase.ts';
import type { Path, StoredUser } from '../../domain/user.ts';
import { blankUser } from '../../domain/user.ts';
import type { Quarantine } from '../../ports/quarantine.ts';
import { StoreUnavailable } from '../../ports/user-store.ts';
import type { WriteDependencies } from '../names/write-user.ts';
import { writeUser } from '../names/write-user.ts';
import { persist } from '../persist.ts';
import { dismissEvents } from './dismiss-events.ts';
import { removeFreedNames } from './freed-names.ts';

export interface EraseDependencies extends WriteDependencies {
  readonly quarantine: Pick<Quarantine, 'list' | 'dismiss'>;
}

export interface EraseOptions {
  readonly path: Path;
  /** Time for everything, retries included, ms. */
  readonly budgetMs: number;
  /** Anyone at all, or only somebody who was deleted before this time, ms. */
  readonly whom: 'anyone' | { readonly deletedBefore: number };
  /** Whether Clerk still has the user: the tombstone then stays until Clerk deletes her. */
  readonly inClerk?: boolean;
}

/** `not-due`: the user lives, or was deleted too lately. */
export type Erasure = 'erased' | 'erased-before' | 'not-due' | 'absent';

/**
 * Takes every personal value of a user out of the table: mirrored fields, the application's attributes, the names that she had
 * and the events about her in quarantine. Her id and versions stay, and only an explicit restoration lifts such a tombstone.
 *
 * The events go first: once the item is empty nobody would look for them again. Of the names that she had the item is the last
 * to tell; should the process die in between, the change-stream function removes them, or their time to live does.
 *
 * With one who came back after a deletion goes the deleted user that she was: her address and the application's attributes are
 * there, too.
 *
 * May be repeated.
 *
 * @throws StoreUnavailable, also when time runs out
 */
export async function eraseMirrored(deps: EraseDependencies, userId: string, options: EraseOptions): Promise<Erasure> {
  const deadline = deps.timers.deadline(options.budgetMs);
  try {
    return await eraseInTime(deps, [userId], options, deadline.signal);
  } catch (error) {
    if (error !== deadline.signal.reason) throw error;
    throw new StoreUnavailable(`User ${userId} could not be erased within ${options.budgetMs} ms.`, { cause: error });
  } finally {
    deadline.clear();
  }
}

/** @param lives ids of one person, each the predecessor of the one before: the last is erased */
async function eraseInTime(
  deps: EraseDependencies,
  lives: readonly [string, ...string[]],
  options: EraseOptions,
  signal: AbortSignal,
): Promise<Erasure> {
  const userId = lives.at(-1) ?? lives[0];
  let tried: { readonly as: StoredUser | undefined } | undefined;
  for (;;) {
    const stored = await persist(deps, signal, () => deps.store.get(userId, { consistent: true, signal }));
    const refusal = refusalOf(stored, options);
    // Somebody may wait in quarantine whom the table never had.
    if (!refusal || options.whom === 'anyone') {
      const whoseIsUnknown = options.whom === 'anyone' ? 'refuse' : 'tell';
      await persist(deps, signal, () => dismissEvents(deps, new Set([userId]), whoseIsUnknown));
    }
    if (refusal) return refusal;
    await erasePredecessor(deps, stored, lives, options, signal);
    const isErased = stored?.tombstone?.erasedAt !== undefined;
    if (isErased && !tried) return 'erased-before';
    if (isErased || (await eraseItem(deps, userId, stored, options, signal))) {
      deps.log.info('user erased', { path: options.path, userId, inClerk: options.inClerk });
      // Erased by a write whose answer was lost, her names stand only in what was read before it.
      await tidyAfter(deps, isErased ? tried?.as : stored, signal);
      return 'erased';
    }
    tried = { as: stored };
  }
}

/** The deleted user as whom she was here before; not one who has been restored since. */
async function erasePredecessor(
  deps: EraseDependencies,
  stored: StoredUser | undefined,
  lives: readonly [string, ...string[]],
  { path, budgetMs, whom }: EraseOptions,
  signal: AbortSignal,
): Promise<void> {
  const id = stored?.previousClerkUserId;
  // Ids live on without their tombstones, so that two may end up as each other's predecessor.
  if (id === undefined || lives.includes(id)) return;
  const deleted = whom === 'anyone' ? { deletedBefore: Number.POSITIVE_INFINITY } : whom;
  await eraseInTime(deps, [...lives, id], { path, budgetMs, whom: deleted }, signal);
}

/** One whom Clerk has and the table has not is erased, too: the next run would bring her otherwise. */
function refusalOf(
  stored: StoredUser | undefined,
  { whom, inClerk = false }: EraseOptions,
): 'not-due' | 'absent' | undefined {
  if (!stored) return inClerk && whom === 'anyone' ? undefined : 'absent';
  if (whom === 'anyone') return undefined;
  return stored.tombstone && stored.tombstone.deletedAt < whom.deletedBefore ? undefined : 'not-due';
}

/** Her names, and the entry that was made for her, of which the transaction has left the key: that is her address. */
async function tidyAfter(
  { roster, ...deps }: EraseDependencies,
  user: StoredUser | undefined,
  signal: AbortSignal,
): Promise<void> {
  if (user) await removeFreedNames(deps, user, signal);
  const email = user?.rosterEmail;
  if (roster && email !== undefined) await persist(deps, signal, () => roster.store.sweep(email, { signal }));
}

/** @returns whether it was done; false when somebody has written the user in between */
async function eraseItem(
  deps: EraseDependencies,
  userId: string,
  stored: StoredUser | undefined,
  { path, inClerk }: EraseOptions,
  signal: AbortSignal,
): Promise<boolean> {
  const next = erase(stored ?? blankUser(userId), deps.clock.now(), inClerk);
  const result = await writeUser(deps, { next, expected: stored, path }, signal);
  return result.status === 'written';
}
