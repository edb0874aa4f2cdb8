import type { RosterEntry } from '../../domain/roster.ts';
import { linkedTo } from '../../domain/roster.ts';
import type { StoredUser } from '../../domain/user.ts';
import { normaliseName } from '../../domain/user.ts';
import { persist } from '../persist.ts';
import type { RosterAdminDependencies } from './dependencies.ts';
import { inTime } from './in-time.ts';
import { writeLink } from './write-link.ts';

/**
 * `linked` or why not: no such entry, no such user, a deleted user, the entry is hers already or another's, or she has another
 * registered one (unlink that first).
 */
export type Linked =
  | 'linked'
  | 'unknown-entry'
  | 'unknown-user'
  | 'deleted-user'
  | 'already-linked'
  | 'linked-to-another'
  | 'user-has-another';

/**
 * Links a user to an entry because a person says so, whatever her address is. An entry that was made for her with defaults
 * makes room.
 *
 * @throws StoreUnavailable
 */
export function linkRoster(deps: RosterAdminDependencies, address: string, userId: string): Promise<Linked> {
  const email = normaliseName(address);
  const { store: roster, cohort } = deps.roster;
  return inTime(deps, async (signal) => {
    const user = await persist(deps, signal, () => deps.store.get(userId, { consistent: true, signal }));
    const entry = await persist(deps, signal, () => roster.get(email, { signal }));
    const own = user && (await ownEntry(deps, user, signal));
    const refusal = refusalOf(entry, user, own);
    if (refusal) return refusal;
    if (!entry || !user) throw new Error('An entry or a user that is not there was not refused.');
    const changes = [
      { email, before: entry, after: linkedTo(entry, user, cohort, deps.clock.now()) },
      ...(own ? [{ email: own.email, before: own, after: undefined }] : []),
    ];
    return (await writeLink(deps, user, { link: email, changes }, signal)) ? 'linked' : undefined;
  });
}

function refusalOf(
  entry: RosterEntry | undefined,
  user: StoredUser | undefined,
  own: RosterEntry | undefined,
): Exclude<Linked, 'linked'> | undefined {
  if (!entry) return 'unknown-entry';
  if (!user) return 'unknown-user';
  if (user.tombstone) return 'deleted-user';
  if (entry.link) return entry.link.userId === user.id ? 'already-linked' : 'linked-to-another';
  return own?.origin === 'registered' ? 'user-has-another' : undefined;
}

/** The entry that the user has now, as the entry itself says. */
async function ownEntry(
  deps: RosterAdminDependencies,
  { id, rosterEmail }: StoredUser,
  signal: AbortSignal,
): Promise<RosterEntry | undefined> {
  if (rosterEmail === undefined) return undefined;
  const entry = await persist(deps, signal, () => deps.roster.store.get(rosterEmail, { signal }));
  return entry?.link?.userId === id ? entry : undefined;
}
