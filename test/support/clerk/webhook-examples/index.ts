/**
 * One event of every type in Clerk's webhook document of 2025-04-15, in the shape of the document's own example: the same
 * fields, the same kinds of values, the same lists, nulls where it has nulls. The values are invented.
 */
import { billingExamples } from './billing.ts';
import { MESSAGE_EXAMPLES } from './messages.ts';
import { ORGANIZATION_EXAMPLES } from './organizations.ts';
import { AT, USER_EXAMPLES } from './users.ts';

export { AT, USER_ID } from './users.ts';

export interface WebhookExample {
  readonly type: string;
  /** The whole envelope. Its `timestamp` is in seconds, as the document has it. */
  readonly payload: object;
}

/** @param instanceId the instance that all of them come from */
export function webhookExamples(instanceId: string): readonly WebhookExample[] {
  const examples = {
    ...USER_EXAMPLES,
    ...ORGANIZATION_EXAMPLES,
    ...MESSAGE_EXAMPLES,
    ...billingExamples(instanceId),
  };
  return Object.entries(examples).map(([type, data]) => ({ type, payload: envelope(type, data, instanceId) }));
}

function envelope(type: string, data: object, instanceId: string): object {
  return {
    event_attributes: { http_request: { client_ip: '192.0.2.17', user_agent: 'Mozilla/5.0 (an example)' } },
    object: 'event',
    type,
    instance_id: instanceId,
    timestamp: AT / 1000,
    data,
  };
}
