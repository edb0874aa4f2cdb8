import type { Quarantine, QuarantinedEvent, QuarantineEntry } from '../../ports/quarantine.ts';
import type { Clock } from '../../ports/time.ts';
import { expiryAfter, isExpired, QUARANTINE_DAYS } from '../dynamodb/expiry.ts';

/** A quarantine without a table; events expire by the clock as they do in the table. */
export function createMemoryQuarantine({ clock }: { readonly clock: Clock }): Quarantine {
  const events = new Map<string, QuarantinedEvent>();
  const waiting = (id: string): QuarantinedEvent | undefined => {
    const event = events.get(id);
    return event && !isExpired(expiryAfter(event.firstAt, QUARANTINE_DAYS), clock.now()) ? event : undefined;
  };
  return {
    put(event) {
      if (!waiting(event.id)) events.set(event.id, event);
      return Promise.resolve();
    },
    get: (id) => Promise.resolve(waiting(id)),
    async *list({ after, userId } = {}) {
      const entries = [...events.keys()].flatMap((id) => waiting(id) ?? []).toSorted(compareAge);
      for (const entry of entries) {
        const isBehind = after === undefined || compareAge(entry, after) > 0;
        if (isBehind && (userId === undefined || entry.userId === userId)) yield entryOf(entry);
      }
    },
    dismiss(id) {
      const isThere = waiting(id) !== undefined;
      events.delete(id);
      return Promise.resolve(isThere);
    },
  };
}

/** Oldest first; of one moment, those without a user before the others, then by user and by id. */
function compareAge(a: QuarantineEntry, b: QuarantineEntry): number {
  return a.firstAt - b.firstAt || compareText(a.userId ?? '', b.userId ?? '') || compareText(a.id, b.id);
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function entryOf({ id, firstAt, userId }: QuarantineEntry): QuarantineEntry {
  return { id, firstAt, userId };
}
