import type { WebhookEvent } from '../../ports/webhook-parser.ts';
import type { Applied } from './apply-event.ts';
import { applyEvent } from './apply-event.ts';
import type { EventDependencies } from './dependencies.ts';

/** What becomes of a signed event: it is done with, in a word that the answer carries, or to be sent again. */
export type Accepted = Exclude<Applied, { status: 'unusable' }>;

/**
 * Takes in a signed event: it is applied, proven stale, or kept in quarantine.
 *
 * @param messageId the `svix-id`: the same for every attempt at one message
 * @param text the raw body
 * @throws StoreUnavailable when it can neither be applied nor kept
 */
export async function acceptEvent(messageId: string, text: string, deps: EventDependencies): Promise<Accepted> {
  const receivedAt = deps.clock.now();
  const event = deps.parse(text, receivedAt);
  deps.metrics.record('WebhookReceived', 1, { Type: countedAs(event) });
  const applied = await applyEvent(event, { messageId, path: 'webhook' }, deps);
  if (applied.status !== 'unusable') return applied;
  const { reason, userId } = applied;
  await deps.quarantine.put({ id: messageId, body: text, reason, userId, firstAt: receivedAt });
  deps.metrics.record('WebhookQuarantined', 1);
  // At least: a run counts them.
  deps.metrics.record('QuarantineSize', 1);
  deps.log.warn('event quarantined', { reason, userId, messageId });
  return { status: 'done', outcome: 'quarantined' };
}

function countedAs(event: WebhookEvent): string {
  return event.kind === 'refused' ? 'unreadable' : event.type;
}
