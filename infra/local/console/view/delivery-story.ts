import { asList, asNumber, asRecord, asText } from '../../cloud/json.ts';
import type { JsonRecord } from '../../cloud/json.ts';
import type { Told } from './log-story.ts';

/** How deliveries are looked at. */
interface Look {
  /** How far the clock that deliveries go by is ahead of this machine's, ms. */
  readonly aheadMs?: number;
  /** Whether nobody has looked for a while. */
  readonly isLate?: boolean;
}

/** Follows the messages that Clerk sends, and tells of those that do not simply arrive: of the others the webhook tells. */
export class DeliveryStory {
  readonly #known = new Map<string, string>();
  #hasLooked = false;

  /**
   * @param deliveries as the stand-in lists them, the newest first
   * @param now ms
   */
  next(deliveries: unknown, now: number, { aheadMs = 0, isLate = false }: Look = {}): Told[] {
    const seen = asList(deliveries).map(asRecord).toReversed();
    const isFirst = isLate || !this.#hasLooked;
    const told = seen.flatMap((delivery) => this.#tell(delivery, { now, aheadMs, isFirst }));
    this.#hasLooked = true;
    const ids = new Set(seen.map(keyOf));
    for (const key of this.#known.keys()) if (!ids.has(key)) this.#known.delete(key);
    return told;
  }

  #tell(delivery: JsonRecord, { now, aheadMs, isFirst }: { now: number; aheadMs: number; isFirst: boolean }): Told[] {
    const attempts = asList(delivery['attempts']).map(asRecord);
    const state = asText(delivery['state']) ?? '';
    const dueAt = asNumber(delivery['nextAttemptAt']);
    const key = keyOf(delivery);
    const standing = `${state} ${attempts.length} ${dueAt === undefined ? '' : 'waits'}`;
    if (this.#known.get(key) === standing) return [];
    this.#known.set(key, standing);
    const said = sayOf(state, attempts, dueAt === undefined ? undefined : dueAt - aheadMs - now);
    const attemptedAt = asNumber(attempts.at(-1)?.['at']);
    // When a message was dropped that was there at the first look, nobody knows.
    if (said === undefined || (state === 'dropped' && isFirst)) return [];
    const at = attemptedAt === undefined ? now : attemptedAt - aheadMs;
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
  waitMs: number | undefined,
): Pick<Told, 'tone' | 'what' | 'why'> | undefined {
  const status = asNumber(attempts.at(-1)?.['status']);
  const answer = status === 0 ? 'there was no answer in time' : `the webhook answered ${status}`;
  if (state === 'dropped') return { tone: 'bad', what: 'dropped', why: 'webhooks are being lost on purpose' };
  if (state === 'failed') return { tone: 'bad', what: 'given up', why: answer };
  if (state !== 'waiting' || waitMs === undefined || waitMs < SHORT_WAIT_MS) return undefined;
  const wait = `in ${Math.ceil(waitMs / 1_000)} s`;
  return attempts.length === 0
    ? { tone: 'warn', what: 'held back', why: `to be sent ${wait}` }
    : { tone: 'warn', what: 'not accepted', why: `${answer}; again ${wait}` };
}

function keyOf(delivery: JsonRecord): string {
  return `${asText(delivery['id']) ?? ''} ${asText(delivery['url']) ?? ''}`;
}
