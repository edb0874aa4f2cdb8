import type { AuditStore } from '../../../shared/ports/audit-store.ts';
import { StoreUnavailable } from '../../../shared/ports/user-store.ts';
import type { CallDependencies } from './call.ts';
import { send } from './call.ts';

export interface AuditPortOptions extends CallDependencies {
  /** The record as the table has it. */
  readonly audit: AuditStore;
}

/** What the wiring of the admin function gives a call, ms. */
const TIMEOUT_MS = 3_000;

/** The record of administrative actions as the admin function sees it. */
export function auditPort(options: AuditPortOptions): AuditStore {
  const through = <T>(isWrite: boolean, apply: () => Promise<T>): Promise<T> =>
    send(options, {
      to: 'table',
      isWrite,
      timeoutMs: TIMEOUT_MS,
      apply,
      unavailable: (why) => new StoreUnavailable(`The table did not answer (${why}).`),
      refused: (why) => new StoreUnavailable(`The table refused (${why}).`),
    });
  return {
    record: (entry) => through(true, () => options.audit.record(entry)),
    list: (page) => through(false, () => options.audit.list(page)),
  };
}
