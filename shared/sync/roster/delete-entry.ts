import { normaliseName } from '../../domain/user.ts';
import { persist } from '../persist.ts';
import type { RosterAdminDependencies } from './dependencies.ts';
import { inTime } from './in-time.ts';

/** `linked`: nothing was done, since it is a user's: it is unlinked first. */
export type DeletedEntry = 'deleted' | 'unknown-entry' | 'linked';

/** Deletes an entry that nobody is linked to. @throws StoreUnavailable */
export function deleteEntry(deps: RosterAdminDependencies, address: string): Promise<DeletedEntry> {
  const email = normaliseName(address);
  const { store } = deps.roster;
  return inTime(deps, async (signal) => {
    const before = await persist(deps, signal, () => store.get(email, { signal }));
    if (!before) return 'unknown-entry';
    if (before.link) return 'linked';
    const change = { email, before, after: undefined };
    return (await persist(deps, signal, () => store.change(change, { signal }))) ? 'deleted' : undefined;
  });
}
