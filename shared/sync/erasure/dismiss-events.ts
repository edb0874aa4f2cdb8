import type { Log } from '../../ports/log.ts';
import { MalformedItem } from '../../ports/malformed-item.ts';
import type { Quarantine } from '../../ports/quarantine.ts';

interface DismissDependencies {
  readonly quarantine: Pick<Quarantine, 'list' | 'dismiss'>;
  readonly log: Log;
}

/**
 * Takes the events about users out of quarantine: what they say of them is in their bodies. The quarantine is read once,
 * however many users there are. Something else that stands among the events is none about anybody: it is logged, and keeps nobody
 * from being erased.
 *
 * @throws StoreUnavailable
 */
export async function dismissEvents(
  { quarantine, log }: DismissDependencies,
  userIds: ReadonlySet<string>,
): Promise<void> {
  const [only, ...others] = userIds;
  const listing = only !== undefined && others.length === 0 ? { userId: only } : {};
  try {
    for await (const { id, userId } of quarantine.list(listing)) {
      if (userId !== undefined && userIds.has(userId)) await quarantine.dismiss(id);
    }
  } catch (error) {
    if (!(error instanceof MalformedItem)) throw error;
    // What it is may be named by somebody's address.
    log.error('quarantine not readable', {});
  }
}
