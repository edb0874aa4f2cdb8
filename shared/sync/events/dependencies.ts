import type { Quarantine } from '../../ports/quarantine.ts';
import type { UserDirectory } from '../../ports/user-directory.ts';
import type { WebhookParser } from '../../ports/webhook-parser.ts';
import type { SyncDependencies } from '../apply-snapshot.ts';

/** Says which Clerk instance the table belongs to. */
export interface InstanceReader {
  /**
   * @param expected the instance that somebody speaks of: an answer that is the same may be a minute old
   * @returns undefined while no one has claimed it
   * @throws StoreUnavailable
   */
  get(expected?: string): Promise<string | undefined>;
}

/** What it takes to apply an event, or to keep one that cannot be applied. */
export interface EventDependencies extends SyncDependencies {
  readonly parse: WebhookParser;
  readonly directory: UserDirectory;
  readonly quarantine: Quarantine;
  readonly instance: InstanceReader;
}
