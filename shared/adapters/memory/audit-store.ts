import type { AuditEntry, AuditStore } from '../../ports/audit-store.ts';
import type { Clock } from '../../ports/time.ts';
import { sortKey } from '../dynamodb/creation-index.ts';
import { AUDIT_DAYS, expiryAfter, isExpired } from '../dynamodb/expiry.ts';
import { pageOf } from './page.ts';

/** An audit store without a table; entries expire by the clock as they do in the table. */
export function createMemoryAuditStore({ clock }: { readonly clock: Clock }): AuditStore {
  const entries = new Map<string, AuditEntry>();
  return {
    record: (entry) => Promise.resolve(void entries.set(sortKey(entry.at, entry.id), entry)),
    list({ from = 0, ...page }) {
      const kept = [...entries].filter(
        ([, { at }]) => at >= from && !isExpired(expiryAfter(at, AUDIT_DAYS), clock.now()),
      );
      return Promise.resolve(
        pageOf(
          kept.toSorted(([a], [b]) => (a < b ? 1 : -1)),
          page,
        ),
      );
    },
  };
}
