import { asList, asRecord, asText, texts } from '../../cloud/json.ts';
import type { Told } from './log-story.ts';

/** Follows the event bus: what subscribers are told. */
export class BusStory {
  #known = new Set<string>();

  /** @param events as the local cloud lists them, the oldest first */
  next(events: unknown): Told[] {
    const listed = asList(events).map(asRecord);
    const fresh = listed.filter(({ id }) => !this.#known.has(asText(id) ?? ''));
    this.#known = new Set(listed.map(({ id }) => asText(id) ?? ''));
    return fresh.map((event) => {
      const detail = asRecord(event['detail']);
      const fields = texts(detail['changedFields']).join(', ');
      return {
        at: Date.parse(asText(detail['occurredAt']) ?? asText(event['time']) ?? ''),
        who: 'bus',
        tone: 'quiet',
        what: `told subscribers: ${asText(event['detail-type']) ?? ''}`,
        userId: asText(detail['userId']) ?? '',
        ...(fields !== '' && { why: fields }),
      };
    });
  }
}
