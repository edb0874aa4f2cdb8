import type { EventPublisher } from '../../../shared/ports/event-publisher.ts';
import type { CallDependencies } from './call.ts';
import { send } from './call.ts';

export interface BusPortOptions extends CallDependencies {
  /** What the bus has taken. */
  readonly bus: EventPublisher;
}

/** What the adapter gives a call, ms. */
const TIMEOUT_MS = 3_000;

class BusAway extends Error {
  override readonly name = 'BusAway';
}

/** The bus as a function sees it: it takes some events and not others, and its answer may be heard by nobody. */
export function busPort(options: BusPortOptions): EventPublisher {
  return {
    publish: async (events) => {
      try {
        return await send(options, {
          to: 'bus',
          isWrite: true,
          timeoutMs: TIMEOUT_MS,
          apply: () => options.bus.publish(events),
          unavailable: (why) => new BusAway(why),
          refused: (why) => new BusAway(why),
        });
      } catch (error) {
        if (!(error instanceof BusAway)) throw error;
        return { status: 'failed', unpublished: events, reason: error.message };
      }
    },
  };
}
