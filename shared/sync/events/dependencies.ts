import type { InstanceStore } from '../../ports/instance-store.ts';
import type { Quarantine } from '../../ports/quarantine.ts';
import type { UserDirectory } from '../../ports/user-directory.ts';
import type { WebhookParser } from '../../ports/webhook-parser.ts';
import type { SyncDependencies } from '../apply-snapshot.ts';

/** What it takes to apply an event, or to keep one that cannot be applied. */
export interface EventDependencies extends SyncDependencies {
  readonly parse: WebhookParser;
  readonly directory: UserDirectory;
  readonly quarantine: Quarantine;
  readonly instance: Pick<InstanceStore, 'get'>;
}
