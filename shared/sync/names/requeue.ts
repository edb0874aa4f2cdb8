import type { NameKind } from '../../domain/names.ts';
import { waitsFor } from '../../domain/names.ts';
import { MalformedItem } from '../../ports/malformed-item.ts';
import { persist } from '../persist.ts';
import type { WriteDependencies } from './write-user.ts';
import { writeUser } from './write-user.ts';

const KINDS: readonly NameKind[] = ['email', 'username'];

/** Time for one user, ms. */
const BUDGET_MS = 5_000;

/**
 * Makes sure that whoever waits for a name is known to its reservation, which may have been lost: by hand, or with a part of
 * the table. A user who is known already is not written.
 *
 * @throws StoreUnavailable, UnstorableUser, or the reason that time ran out
 */
export async function requeue(deps: WriteDependencies, userId: string): Promise<void> {
  const deadline = deps.timers.deadline(BUDGET_MS);
  const { signal } = deadline;
  try {
    const user = await readable(() =>
      persist(deps, signal, () => deps.store.get(userId, { consistent: true, signal })),
    );
    for (const kind of KINDS) {
      const value = user && waitsFor(user, kind);
      if (!user || value === undefined) continue;
      const reservation = await persist(deps, signal, () => deps.store.reservation({ kind, value }, { signal }));
      if (reservation.claimants.includes(userId)) continue;
      await writeUser(deps, { next: user, expected: user, path: 'reconciler' }, signal, [reservation]);
      return;
    }
  } finally {
    deadline.clear();
  }
}

/** @returns undefined for an item that cannot be read: the run has counted it, and waits for somebody to mend it */
async function readable<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof MalformedItem) return undefined;
    throw error;
  }
}
