import { erase } from '../domain/erase.ts';
import type { Path, StoredUser } from '../domain/user.ts';
import type { WriteDependencies } from './names/write-user.ts';
import { writeUser } from './names/write-user.ts';
import { persist } from './persist.ts';

export interface EraseOptions {
  readonly path: Path;
  /** Time for everything, retries included, ms. */
  readonly budgetMs: number;
  /** When the tombstone may go, ms; undefined for one that must stay, since Clerk still has the user. */
  readonly expiresAt: number | undefined;
  /** Whether a user who has not been deleted may be erased. */
  readonly evenLive: boolean;
}

export type Erasure = 'erased' | 'erased-before' | 'live' | 'absent';

/**
 * Takes every personal value out of a user's item and out of the reservations: mirrored fields, the application's attributes,
 * and the address by which she would be remembered. Her id and versions stay, and only an explicit restoration lifts such a
 * tombstone. Her events in quarantine are another item each, which the caller dismisses.
 *
 * @returns `live`, with nothing done, for a user who has not been deleted, unless the options allow it
 * @throws StoreUnavailable, or the reason that time ran out
 */
export async function eraseUser(deps: WriteDependencies, userId: string, options: EraseOptions): Promise<Erasure> {
  const deadline = deps.timers.deadline(options.budgetMs);
  const { signal } = deadline;
  try {
    for (;;) {
      const stored = await persist(deps, signal, () => deps.store.get(userId, { consistent: true, signal }));
      if (!stored) return 'absent';
      if (stored.tombstone?.erasedAt !== undefined) return 'erased-before';
      if (!stored.tombstone && !options.evenLive) return 'live';
      if (await eraseStored(deps, stored, options, signal)) return 'erased';
    }
  } finally {
    deadline.clear();
  }
}

/** @returns whether it was done; false when somebody has written the user in between */
async function eraseStored(
  deps: WriteDependencies,
  stored: StoredUser,
  { path, expiresAt }: EraseOptions,
  signal: AbortSignal,
): Promise<boolean> {
  const next = erase(stored, deps.clock.now());
  const result = await writeUser(deps, { next, expected: stored, path, erase: { expiresAt } }, signal);
  if (result.status !== 'written') return false;
  deps.log.info('user erased', { path, userId: stored.id });
  return true;
}
