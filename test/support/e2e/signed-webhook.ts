import { Webhook } from 'svix';

export interface SignedWebhook {
  readonly body: string;
  readonly headers: Record<string, string>;
}

let count = 0;

/**
 * A webhook as Svix would send it: the real package signs it.
 * @param payload what is sent, as JSON; a text is sent as it is
 */
export function signedWebhook(
  secret: string,
  payload: object | string,
  options: { readonly sentAt?: Date; readonly id?: string } = {},
): SignedWebhook {
  count += 1;
  const { sentAt = new Date(), id = `msg_test_${process.pid}_${count}` } = options;
  const body = typeof payload === 'string' ? payload : JSON.stringify(payload);
  return {
    body,
    headers: {
      'content-type': 'application/json',
      'svix-id': id,
      'svix-timestamp': String(Math.floor(sentAt.getTime() / 1000)),
      'svix-signature': new Webhook(secret).sign(id, sentAt, body),
    },
  };
}
