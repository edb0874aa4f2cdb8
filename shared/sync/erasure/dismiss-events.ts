import { MalformedItem } from '../../ports/malformed-item.ts';
import type { Quarantine, QuarantineEntry, QuarantineListing } from '../../ports/quarantine.ts';
import { isReadable } from '../../ports/unreadable.ts';

/**
 * What waits, for whoever erases. One of which nobody knows whose it is ends the list: it may be about whoever is to be erased.
 * @throws StoreUnavailable, MalformedItem
 */
export async function* eventsToErase(
  quarantine: Pick<Quarantine, 'list'>,
  listing: QuarantineListing = {},
): AsyncGenerator<QuarantineEntry, void> {
  for await (const entry of quarantine.list(listing)) {
    if (!isReadable(entry)) throw new MalformedItem(entry.unreadable);
    yield entry;
  }
}

/**
 * Takes the events about users out of quarantine: what they say of them is in their bodies. The quarantine is read once,
 * however many users there are.
 *
 * @throws StoreUnavailable, MalformedItem
 */
export async function dismissEvents(
  quarantine: Pick<Quarantine, 'list' | 'dismiss'>,
  userIds: ReadonlySet<string>,
): Promise<void> {
  for await (const { id, userId } of eventsToErase(quarantine)) {
    if (userId !== undefined && userIds.has(userId)) await quarantine.dismiss(id);
  }
}
