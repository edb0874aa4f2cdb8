import type { Log } from '../../ports/log.ts';
import { MalformedItem } from '../../ports/malformed-item.ts';
import type { Quarantine } from '../../ports/quarantine.ts';
import { isReadable } from '../../ports/unreadable.ts';

interface DismissDependencies {
  readonly quarantine: Pick<Quarantine, 'list' | 'dismiss'>;
  readonly log: Log;
}

/**
 * Takes the events about users out of quarantine: what they say of them is in their bodies. The quarantine is read once,
 * however many users there are.
 *
 * @param whoseIsUnknown what to do where something stands among the events of which nobody knows about whom it is: `refuse`,
 * where somebody is told that nothing of a user is left, or `tell` the log, where it must not keep everybody else from going
 * @throws StoreUnavailable; MalformedItem, when it refuses
 */
export async function dismissEvents(
  { quarantine, log }: DismissDependencies,
  userIds: ReadonlySet<string>,
  whoseIsUnknown: 'refuse' | 'tell',
): Promise<void> {
  const [only, ...others] = userIds;
  const listing = only !== undefined && others.length === 0 ? { userId: only } : {};
  let unknown = 0;
  for await (const entry of quarantine.list(listing)) {
    if (isReadable(entry)) {
      if (entry.userId !== undefined && userIds.has(entry.userId)) await quarantine.dismiss(entry.id);
      continue;
    }
    if (whoseIsUnknown === 'refuse') throw new MalformedItem(entry.unreadable);
    unknown += 1;
  }
  // What it is may be named by somebody's address.
  if (unknown > 0) log.error('quarantine not readable', { items: unknown });
}
