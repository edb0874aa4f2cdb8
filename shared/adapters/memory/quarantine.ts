import type { Quarantine, QuarantinedEvent } from '../../ports/quarantine.ts';
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
  };
}
