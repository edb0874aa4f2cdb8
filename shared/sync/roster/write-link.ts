import type { Reservation } from '../../domain/names.ts';
import { nameKey } from '../../domain/names.ts';
import { planNames } from '../../domain/plan-names.ts';
import type { StoredUser } from '../../domain/user.ts';
import type { RosterWrite } from '../../ports/user-store.ts';
import { userWrite } from '../names/write-user.ts';
import { persist } from '../persist.ts';
import type { RosterAdminDependencies } from './dependencies.ts';

/** Attempts after which entry and user are read anew. */
const MOST_ATTEMPTS = 3;

/**
 * Writes a user as she is, with another link, and the entries that change by it.
 * @returns whether it was done; false when she, or an entry, is not as it was read
 */
export async function writeLink(
  deps: RosterAdminDependencies,
  user: StoredUser,
  roster: RosterWrite,
  signal: AbortSignal,
): Promise<boolean> {
  const seen = new Map<string, Reservation>();
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt += 1) {
    // Who waits for a name says so with every write.
    const plan = planNames(user, user, { seen });
    const write = { ...userWrite(deps, { next: user, expected: user, path: 'admin' }, plan), roster };
    const result = await persist(deps, signal, () => deps.store.write(write, { signal }));
    if (result.status !== 'names-changed') return result.status === 'written';
    for (const reservation of result.seen) seen.set(nameKey(reservation.name), reservation);
  }
  return false;
}
