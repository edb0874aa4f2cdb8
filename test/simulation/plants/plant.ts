import type { RunEvent } from '../parties/reconciler.ts';
import type { TablePorts } from '../ports/table-port.ts';
import type { SimulatedTable } from '../world/table.ts';
import type { Secrets } from '../../../shared/adapters/secrets/parse-secrets.ts';
import type { Rereadable } from '../../../shared/adapters/secrets/secrets.ts';
import type { AuditStore } from '../../../shared/ports/audit-store.ts';
import type { EventPublisher } from '../../../shared/ports/event-publisher.ts';
import type { SyncMeasures } from '../../../shared/ports/sync-measures.ts';
import type { TokenVerifier } from '../../../shared/ports/token-verifier.ts';
import type { UserDirectory } from '../../../shared/ports/user-directory.ts';
import type { WebhookParser } from '../../../shared/ports/webhook-parser.ts';
import type { ReconcileLimits } from '../../../shared/sync/reconcile/dependencies.ts';

export type FunctionName = 'authorizer' | 'webhook' | 'users' | 'changes' | 'reconciler' | 'admin';

/** Where a fault can be planted: at what the functions are given and at what they answer, never in the source. */
export interface Seams {
  readonly ports?: (ports: TablePorts, name: FunctionName, table: SimulatedTable) => TablePorts;
  readonly clerk?: (clerk: UserDirectory, name: FunctionName) => UserDirectory;
  readonly verifier?: (verifier: TokenVerifier) => TokenVerifier;
  readonly parse?: (parse: WebhookParser) => WebhookParser;
  readonly secrets?: (secrets: Rereadable<Secrets>) => Rereadable<Secrets>;
  readonly webhookSecrets?: (secrets: readonly string[]) => readonly string[];
  readonly measures?: (measures: SyncMeasures) => SyncMeasures;
  readonly audit?: (audit: AuditStore) => AuditStore;
  readonly limits?: (limits: ReconcileLimits) => ReconcileLimits;
  readonly runEvent?: (event: RunEvent) => RunEvent;
  readonly publisher?: (publisher: EventPublisher) => EventPublisher;
  /** How long API Gateway keeps an answer of the authorizer, ms. */
  readonly cacheMs?: (ttlMs: number) => number;
  readonly webhookStatus?: (status: number | undefined) => number | undefined;
}

/** A fault that somebody might have made, and the promise that it breaks. */
export interface Plant {
  readonly name: string;
  /** What is wrong, in a sentence. */
  readonly fault: string;
  /** The trap of the facts, or the sentence of the design, that it stands for. */
  readonly trap: string;
  /** Names of the invariants that may be the first to see it. */
  readonly breaks: readonly string[];
  readonly seams: Seams;
}
