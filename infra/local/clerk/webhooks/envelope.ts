import type { UserEvent } from '../users/directory.ts';
import type { Message } from './delivery.ts';

/**
 * The message for an event, in Clerk's webhook envelope (specification of 2025-04-15). `timestamp` is in milliseconds,
 * as real captures have it, though the examples of the specification show seconds.
 * @param id Becomes the header `svix-id`.
 */
export function createMessage(event: UserEvent, id: string, instanceId: string): Message {
  const envelope = {
    data: event.data,
    event_attributes: { http_request: { client_ip: event.cause.clientIp, user_agent: event.cause.userAgent } },
    instance_id: instanceId,
    object: 'event',
    timestamp: event.at,
    type: event.type,
  };
  return { id, type: event.type, userId: event.userId, payload: JSON.stringify(envelope) };
}
