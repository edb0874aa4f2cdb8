import type { Name, NameKind } from '../../domain/names.ts';
import { claimOf, derivedUsernames, nameKey } from '../../domain/names.ts';
import type { StoredUser } from '../../domain/user.ts';
import type { WriteDependencies } from '../names/write-user.ts';
import { persist } from '../persist.ts';

const KINDS: readonly NameKind[] = ['email', 'username'];

/**
 * Removes the reservations of a user's names that nobody needs any more: a name is a personal value itself, and stands in their
 * keys.
 *
 * @param user as she was before she was erased
 * @throws StoreUnavailable, or the signal's reason
 */
export async function removeFreedNames(deps: WriteDependencies, user: StoredUser, signal: AbortSignal): Promise<void> {
  for (const name of namesOf(user)) {
    const reservation = await persist(deps, signal, () => deps.store.reservation(name, { signal }));
    if (reservation.owner !== undefined) continue;
    await persist(deps, signal, () => deps.store.tidy(reservation, { claimants: [], owner: false }, { signal }));
  }
}

/** What she had or claimed; of a derived username that a deletion has taken from her the likely ones. */
function namesOf(user: StoredUser): Iterable<Name> {
  const alive = { ...user, tombstone: undefined };
  const values = KINDS.flatMap((kind) => [
    ...[user.held[kind], claimOf(alive, kind)].flatMap((value) => (value === undefined ? [] : [{ kind, value }])),
    ...(kind === 'username' ? derivedUsernames(alive).map((value) => ({ kind, value })) : []),
  ]);
  return new Map(values.map((name) => [nameKey(name), name])).values();
}
