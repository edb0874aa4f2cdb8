import type { WebhookEvent } from '../../ports/webhook-parser.ts';
import { parseClerkUser } from './clerk-user.ts';
import type { Members } from './json.ts';
import { isObject, parseJson } from './json.ts';
import { toMilliseconds } from './milliseconds.ts';
import { isUserId } from './user-id.ts';
import { kindOf } from './webhook-event-types.ts';

/** JSON text may not begin with one, and a reader may overlook it (RFC 8259): the event behind it is signed all the same. */
const BYTE_ORDER_MARK = /^\uFEFF/;

/**
 * Reads the envelope of a webhook whose signature has been verified (`WebhookEventPayload` in Clerk's webhook document).
 * Implements the port `WebhookParser`.
 *
 * Clerk's envelope gives its `timestamp` in ms in practice and in seconds in the document's examples; older ones have neither
 * it nor an `instance_id`. What cannot be read is refused by a stable word: the message is kept, not lost.
 *
 * @param text the raw body
 * @param receivedAt ms: stands in for the missing timestamp of a deletion
 */
export function parseWebhookEvent(text: string, receivedAt: number): WebhookEvent {
  const envelope = parseJson(text.replace(BYTE_ORDER_MARK, ''));
  if (!isObject(envelope)) return refuse('bad-envelope');
  const type = envelope['type'];
  if (typeof type !== 'string') return refuse('no-type');
  switch (kindOf(type)) {
    case 'user':
      return withInstance(envelope, (instanceId) => parseUser(type, instanceId, envelope));
    case 'deletion':
      return withInstance(envelope, (instanceId) => parseDeletion(type, instanceId, envelope, receivedAt));
    case 'ignored':
      return { kind: 'ignored', type };
    case undefined:
      return { kind: 'ignored', type: 'unknown' };
  }
}

/** An instance that is named in a way we cannot read may be another one: only a missing name is taken for ours. */
function withInstance(envelope: Members, parse: (instanceId: string | undefined) => WebhookEvent): WebhookEvent {
  const instanceId = envelope['instance_id'] ?? undefined;
  if (instanceId === undefined || typeof instanceId === 'string') return parse(instanceId);
  return refuse('bad-instance_id', userIdIn(envelope));
}

/** Without a time of its own an event does not say when it looked: a message that comes late must not count as younger. */
function parseUser(type: string, instanceId: string | undefined, envelope: Members): WebhookEvent {
  const parsed = parseClerkUser(envelope['data']);
  if (!parsed.ok) return refuse(parsed.reason, userIdIn(envelope));
  const seenAt = timeOf(envelope) ?? 0;
  return { kind: 'user', type, instanceId, snapshot: { source: 'event', ...parsed.user, seenAt } };
}

/** A deletion carries little more than the id, which the document does not even require. */
function parseDeletion(
  type: string,
  instanceId: string | undefined,
  envelope: Members,
  receivedAt: number,
): WebhookEvent {
  const data = envelope['data'];
  const id = isObject(data) ? data['id'] : undefined;
  if (id === undefined || id === null) return refuse('no-id');
  if (!isUserId(id)) return refuse('bad-id');
  const at = timeOf(envelope) ?? receivedAt;
  return { kind: 'deletion', type, instanceId, snapshot: { source: 'deletion', id, at } };
}

/** No event is older than Clerk: what says so has no time. */
const FIRST_TIME_MS = Date.UTC(2019, 0);

function timeOf(envelope: Members): number | undefined {
  const time = toMilliseconds(envelope['timestamp']);
  return time !== undefined && time >= FIRST_TIME_MS ? time : undefined;
}

function userIdIn({ data }: Members): string | undefined {
  return isObject(data) && isUserId(data['id']) ? data['id'] : undefined;
}

function refuse(reason: string, userId?: string): WebhookEvent {
  return { kind: 'refused', reason, userId };
}
