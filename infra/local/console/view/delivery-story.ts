import { asList, asNumber, asRecord, asText } from '../../cloud/json.ts';
import type { JsonRecord } from '../../cloud/json.ts';
import type { Told } from './log-story.ts';

/** Follows the messages that Clerk sends, and tells of those that do not simply arrive: of the others the webhook tells. */
export class DeliveryStory {
  readonly #known = new Map<string, string>();

  /** @param deliveries as the stand-in lists them, the newest first @param now by the local clock */
  next(deliveries: unknown, now: number): Told[] {
    const seen = asList(deliveries).map(asRecord).toReversed();
    const told = seen.flatMap((delivery) => this.#tell(delivery, now));
    const ids = new Set(seen.map(keyOf));
    for (const key of this.#known.keys()) if (!ids.has(key)) this.#known.delete(key);
    return told;
  }

  #tell(delivery: JsonRecord, now: number): Told[] {
    const attempts = asList(delivery['attempts']).map(asRecord);
    const state = asText(delivery['state']) ?? '';
    const dueAt = asNumber(delivery['nextAttemptAt']);
    const key = keyOf(delivery);
    const standing = `${state} ${attempts.length} ${dueAt === undefined ? '' : 'waits'}`;
    if (this.#known.get(key) === standing) return [];
    this.#known.set(key, standing);
    const said = sayOf(state, attempts, dueAt, now);
    if (said === undefined) return [];
    const at = asNumber(attempts.at(-1)?.['at']) ?? now;
    return [
      {
        at,
        who: 'Clerk',
        ...said,
        userId: asText(delivery['userId']) ?? '',
        what: `${asText(delivery['type']) ?? ''} ${said.what}`,
      },
    ];
  }
}

/** Less is no delay but the time until somebody looks. */
const SHORT_WAIT_MS = 500;

function sayOf(
  state: string,
  attempts: readonly JsonRecord[],
  dueAt: number | undefined,
  now: number,
): Pick<Told, 'tone' | 'what' | 'why'> | undefined {
  const status = asNumber(attempts.at(-1)?.['status']);
  const answer = status === 0 ? 'there was no answer in time' : `the webhook answered ${status}`;
  if (state === 'dropped') return { tone: 'bad', what: 'dropped', why: 'webhooks are being lost on purpose' };
  if (state === 'failed') return { tone: 'bad', what: 'given up', why: answer };
  if (state !== 'waiting' || dueAt === undefined || dueAt - now < SHORT_WAIT_MS) return undefined;
  const wait = `in ${Math.ceil((dueAt - now) / 1_000)} s`;
  return attempts.length === 0
    ? { tone: 'warn', what: 'held back', why: `to be sent ${wait}` }
    : { tone: 'warn', what: 'not accepted', why: `${answer}; again ${wait}` };
}

function keyOf(delivery: JsonRecord): string {
  return `${asText(delivery['id']) ?? ''} ${asText(delivery['url']) ?? ''}`;
}
