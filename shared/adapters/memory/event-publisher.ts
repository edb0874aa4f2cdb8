import type { ChangeEvent } from '../../domain/change-event.ts';
import type { EventPublisher } from '../../ports/event-publisher.ts';

/** A bus that keeps what it takes. */
export interface MemoryEventPublisher extends EventPublisher {
  /** In the order they were taken, repetitions included. */
  readonly events: readonly ChangeEvent[];
}

/** @param refuses why the bus does not take an event; undefined where it does */
export function createMemoryEventPublisher(
  refuses: (event: ChangeEvent) => string | undefined = () => undefined,
): MemoryEventPublisher {
  const events: ChangeEvent[] = [];
  return {
    events,
    publish(given) {
      for (const [at, event] of given.entries()) {
        const reason = refuses(event);
        if (reason !== undefined) return Promise.resolve({ status: 'failed', unpublished: given.slice(at), reason });
        events.push(event);
      }
      return Promise.resolve({ status: 'published' });
    },
  };
}
