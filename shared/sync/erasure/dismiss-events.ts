import type { Quarantine } from '../../ports/quarantine.ts';

/**
 * Takes the events about users out of quarantine: what they say of them is in their bodies. The quarantine is read once,
 * however many users there are.
 *
 * @throws StoreUnavailable
 */
export async function dismissEvents(
  quarantine: Pick<Quarantine, 'list' | 'dismiss'>,
  userIds: ReadonlySet<string>,
): Promise<void> {
  for await (const { id, userId } of quarantine.list()) {
    if (userId !== undefined && userIds.has(userId)) await quarantine.dismiss(id);
  }
}
