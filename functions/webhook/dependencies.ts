import type { InstanceStore } from '../../shared/ports/instance-store.ts';
import type { Quarantine } from '../../shared/ports/quarantine.ts';
import type { UserDirectory } from '../../shared/ports/user-directory.ts';
import type { WebhookParser } from '../../shared/ports/webhook-parser.ts';
import type { SyncDependencies } from '../../shared/sync/apply-snapshot.ts';

/** Signing secrets, each `whsec_…`; several while one is being rotated out. */
export interface WebhookSecrets {
  current(): Promise<readonly string[]>;
  /** Reads them again, unless that was done a moment ago: a rotation needs no deploy. */
  reread(): Promise<readonly string[]>;
}

/** Everything the webhook depends on. */
export interface WebhookDependencies extends SyncDependencies {
  readonly secrets: WebhookSecrets;
  readonly parse: WebhookParser;
  readonly directory: UserDirectory;
  readonly quarantine: Quarantine;
  readonly instance: Pick<InstanceStore, 'get'>;
}
