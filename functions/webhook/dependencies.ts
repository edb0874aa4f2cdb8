import type { LogFacts } from '../../shared/ports/log.ts';
import type { EventDependencies } from '../../shared/sync/events/dependencies.ts';

/** Signing secrets, each `whsec_…`; several while one is being rotated out. */
export interface WebhookSecrets {
  current(): Promise<readonly string[]>;
  /** Reads them again, unless that was done a moment ago: a rotation needs no deploy. */
  reread(): Promise<readonly string[]>;
}

/** Everything the webhook depends on. */
export interface WebhookDependencies extends EventDependencies {
  readonly secrets: WebhookSecrets;
  /** Facts that every line of the log carries from now on, in place of those before. */
  correlate(facts: LogFacts): void;
}
