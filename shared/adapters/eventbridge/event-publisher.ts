import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { ChangeEvent } from '../../domain/change-event.ts';
import type { EventPublisher } from '../../ports/event-publisher.ts';
import type { Random } from '../../ports/random.ts';
import type { Timers } from '../../ports/time.ts';
import type { EventAddress } from './event-entry.ts';
import { eventEntry } from './event-entry.ts';

export interface EventPublisherOptions extends EventAddress {
  readonly client: Pick<EventBridgeClient, 'send'>;
  readonly timers: Timers;
  readonly random: Random;
}

/** EventBridge's limit on one call. */
const MOST_ENTRIES = 10;

/** How often an entry is sent that comes back, and the longest pause before the second time, ms; each further one is doubled. */
const ROUNDS = 3;
const FIRST_PAUSE_MS = 200;

/**
 * Publishes by `PutEvents`, in parts of ten. Of an answer that refuses some entries, those alone are sent again; a call that
 * fails as a whole has been tried again by the client already.
 */
export function createEventPublisher(options: EventPublisherOptions): EventPublisher {
  return {
    async publish(events) {
      for (let first = 0; first < events.length; first += MOST_ENTRIES) {
        const [refused] = await publishPart(options, events.slice(first, first + MOST_ENTRIES));
        if (!refused) continue;
        const { event, reason } = refused;
        return { status: 'failed', unpublished: events.slice(events.indexOf(event)), reason };
      }
      return { status: 'published' };
    },
  };
}

interface Refused {
  readonly event: ChangeEvent;
  /** EventBridge's code for an entry, or the name of the error that ended the call. */
  readonly reason: string;
}

/** @returns what is still refused in the end, in order */
async function publishPart(options: EventPublisherOptions, part: readonly ChangeEvent[]): Promise<readonly Refused[]> {
  let events = part;
  try {
    for (let round = 1; ; round += 1) {
      const refused = await putEvents(options, events);
      if (refused.length === 0 || round === ROUNDS) return refused;
      await options.timers.sleep(FIRST_PAUSE_MS * 2 ** (round - 1) * (0.5 + options.random.next() / 2));
      events = refused.map(({ event }) => event);
    }
  } catch (error) {
    // Whatever it was, nobody has confirmed these: they are to come again.
    const reason = error instanceof Error ? error.name : typeof error;
    return events.map((event) => ({ event, reason }));
  }
}

/** @returns the entries that were not taken; what an answer does not speak of has not been confirmed either */
async function putEvents(options: EventPublisherOptions, events: readonly ChangeEvent[]): Promise<readonly Refused[]> {
  const command = new PutEventsCommand({ Entries: events.map((event) => eventEntry(event, options)) });
  const { Entries = [] } = await options.client.send(command);
  return events.flatMap((event, at) => {
    const { EventId, ErrorCode = 'NoAnswer' } = Entries[at] ?? {};
    return EventId === undefined ? [{ event, reason: ErrorCode }] : [];
  });
}
