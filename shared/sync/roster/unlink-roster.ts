import { parted } from '../../domain/roster.ts';
import { normaliseName } from '../../domain/user.ts';
import { persist } from '../persist.ts';
import type { RosterAdminDependencies } from './dependencies.ts';
import { inTime } from './in-time.ts';
import { writeLink } from './write-link.ts';

export type Unlinked = 'unlinked' | 'unknown-entry' | 'not-linked';

/**
 * Takes an entry from its user, so that whoever verifies the address next is linked, or somebody by hand. One that was made
 * for her with defaults goes.
 *
 * @throws StoreUnavailable
 */
export function unlinkRoster(deps: RosterAdminDependencies, address: string): Promise<Unlinked> {
  const email = normaliseName(address);
  const { store } = deps.roster;
  return inTime(deps, async (signal) => {
    const before = await persist(deps, signal, () => store.get(email, { signal }));
    if (!before) return 'unknown-entry';
    const userId = before.link?.userId;
    if (userId === undefined) return 'not-linked';
    const change = { email, before, after: parted(before, deps.clock.now()) };
    const user = await persist(deps, signal, () => deps.store.get(userId, { consistent: true, signal }));
    // What an item says of a link is a hint: another entry of hers stays.
    const isDone =
      user?.rosterEmail === email
        ? await writeLink(deps, user, { link: undefined, changes: [change] }, signal)
        : await persist(deps, signal, () => store.change(change, { signal }));
    return isDone ? 'unlinked' : undefined;
  });
}
