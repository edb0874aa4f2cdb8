import { asList, asRecord, asText, texts } from '../../cloud/json.ts';
import type { Told } from './log-story.ts';

/** Follows the event bus: what subscribers are told. */
export class BusStory {
  #known: ReadonlySet<string> | undefined;

  /**
   * @param events as the local cloud lists them, the oldest first
   * @param now ms
   * @param isLate whether nobody has looked for a while
   */
  next(events: unknown, now: number, isLate = false): Told[] {
    const listed = asList(events).map(asRecord);
    const known = this.#known;
    const fresh = listed.filter(({ id }) => known?.has(asText(id) ?? '') !== true);
    this.#known = new Set(listed.map(({ id }) => asText(id) ?? ''));
    return fresh.map((event) => {
      const detail = asRecord(event['detail']);
      const fields = texts(detail['changedFields']).join(', ');
      return {
        // An event says when its change was, and is told a moment later: when, only somebody who looks can tell.
        at:
          known === undefined || isLate ? Date.parse(asText(detail['occurredAt']) ?? asText(event['time']) ?? '') : now,
        who: 'bus',
        tone: 'quiet',
        what: `told subscribers: ${asText(event['detail-type']) ?? ''}`,
        userId: asText(detail['userId']) ?? '',
        ...(fields !== '' && { why: fields }),
      };
    });
  }
}
