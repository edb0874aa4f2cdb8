import type { LocalClock } from '../clock.ts';
import type { Faults } from './faults.ts';
import type { InstanceIdentity } from './identity.ts';
import type { SeededRandom } from './random.ts';
import type { TokenMint } from './tokens/mint.ts';
import type { UserDirectory } from './users/directory.ts';
import type { UserStore } from './users/user-store.ts';
import type { Endpoints } from './webhooks/endpoints.ts';
import type { WebhookQueue } from './webhooks/queue.ts';

/** What can be switched while it runs. */
export interface Switches {
  faults: Faults;
  /**
   * Whether ban, unban, lock and unlock raise `updated_at`. Nobody outside Clerk knows, so the stand-in does what is
   * harder to mirror unless it is told otherwise: it does not.
   */
  banRaisesUpdatedAt: boolean;
}

/** Everything the routes work on. */
export interface World {
  readonly seed: number;
  readonly issuer: string;
  readonly clock: LocalClock;
  readonly identity: InstanceIdentity;
  readonly ids: SeededRandom;
  readonly store: UserStore;
  readonly directory: UserDirectory;
  readonly endpoints: Endpoints;
  readonly queue: WebhookQueue;
  readonly mint: TokenMint;
  readonly switches: Switches;
  /** To be called after a change that a restart must know of. */
  readonly changed: () => void;
}
