import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import * as fc from 'fast-check';
import { Webhook } from 'svix';
import { webhookExamples } from '../clerk/webhook-examples/index.ts';
import { createWebhookWorld, OURS, webhookSecret } from '../functions/webhook-world.ts';
import type { WebhookWorld } from '../functions/webhook-world.ts';
import { distorted, hostileJson, hostileText, hostileValue } from './hostile.ts';
import { judgeAnswer } from './told.ts';

const INSTANCE = 'ins_example';

const ODD_BODIES = ['', '\uFEFF{}', '{', '[]', '"x"', '{"type":"user.created"}', `[${'['.repeat(100_000)}`];

/**
 * The bodies that Clerk's own document makes, distorted; and whatever else is text.
 * @param instanceId of the Clerk instance that they say they are from
 */
export function webhookBodies(instanceId: string): fc.Arbitrary<string> {
  const examples = fc.constantFrom(...webhookExamples(instanceId).map(({ payload }) => payload));
  const users = fc.constantFrom(...userExamples(instanceId));
  return fc.oneof(
    { weight: 8, arbitrary: users.chain((example) => distorted(example).map(hostileJson)) },
    { weight: 2, arbitrary: examples.chain((example) => distorted(example).map(hostileJson)) },
    { weight: 2, arbitrary: hostileValue.map(hostileJson) },
    { weight: 1, arbitrary: hostileText },
    { weight: 1, arbitrary: fc.constantFrom(...ODD_BODIES) },
  );
}

/** Of all 45 those are worth most that are applied; an email address in the example's list, too. */
function userExamples(instanceId: string): object[] {
  const address = {
    id: 'idn_1',
    object: 'email_address',
    email_address: 'ada@example.com',
    verification: { status: 'verified', strategy: 'x' },
  };
  return webhookExamples(instanceId)
    .filter(({ type }) => type.startsWith('user.'))
    .map(({ payload }) => {
      const { data, ...envelope } = payload as { data: object };
      return { ...envelope, data: { ...data, email_addresses: [address], primary_email_address_id: 'idn_1' } };
    });
}

const header = fc.constantFrom(
  'svix-id',
  'svix-timestamp',
  'svix-signature',
  'content-type',
  'Svix-Id',
  'SVIX-SIGNATURE',
);

interface Sent {
  readonly body: string;
  readonly secret: string;
  readonly isBase64Encoded: boolean;
  /** Whether what stands in the event is what was signed. */
  readonly mislabelled: boolean;
  readonly messageId: string;
  readonly headers: Readonly<Record<string, string>>;
}

const sent = (
  secrets: readonly string[],
  headers: fc.Arbitrary<Readonly<Record<string, string>>>,
): fc.Arbitrary<Sent> =>
  fc.record({
    body: webhookBodies(INSTANCE),
    secret: fc.constantFrom(...secrets),
    isBase64Encoded: fc.boolean(),
    mislabelled: fc.boolean(),
    messageId: fc.constantFrom('msg_1', 'msg_2', 'a-b_c'),
    headers,
  });

/** Signed by Clerk, whatever it says: it is kept or refused as it was sent, and never comes back for a day. */
export const signedWebhooks = sent([OURS], fc.constant({})).map((each) => ({ ...each, mislabelled: false }));

/** Signed by somebody else, or with headers that somebody has tampered with. */
export const strangersWebhooks = fc.oneof(
  sent([webhookSecret(7)], fc.constant({})),
  sent([OURS, webhookSecret(7)], fc.dictionary(header, hostileText, { minKeys: 1, maxKeys: 3 })),
);

function eventOf(
  { body: text, secret, isBase64Encoded, mislabelled, messageId, headers }: Sent,
  now: number,
): APIGatewayProxyEventV2 {
  const at = new Date(now);
  // What is signed are the bytes that are sent, and half of a surrogate pair has none of its own.
  const wellFormed = text.toWellFormed();
  const event = {
    headers: {
      'content-type': 'application/json',
      'svix-id': messageId,
      'svix-timestamp': String(Math.floor(now / 1_000)),
      'svix-signature': new Webhook(secret).sign(messageId, at, wellFormed),
      ...headers,
    },
    body: isBase64Encoded && !mislabelled ? Buffer.from(wellFormed).toString('base64') : wellFormed,
    isBase64Encoded,
  };
  return event as unknown as APIGatewayProxyEventV2;
}

/** A signed event, in whatever shape, is answered 200, or 413 where it is too large: nothing else would make sense to Svix. */
export async function signedWebhookHolds(input: Sent): Promise<string> {
  const world = createWebhookWorld();
  const answer = await world.answer(eventOf(input, world.parts.clock.now()));
  judgeAnswer(answer, world.parts.log);
  if (answer.statusCode !== 200 && answer.statusCode !== 413) throw new Error(`It was answered ${answer.statusCode}.`);
  const { outcome = 'refused' } = JSON.parse(answer.body ?? '') as { outcome?: string };
  return outcome;
}

/** Nothing is read or written for whoever did not sign with one of our secrets, the very text. */
export async function strangersWebhookHolds(input: Sent, world = createWebhookWorld()): Promise<string> {
  const event = eventOf(input, world.parts.clock.now());
  const answer = await world.answer(event);
  judgeAnswer(answer, world.parts.log);
  if (answer.statusCode === 200) {
    if (!isOurs(event, input)) throw new Error('A stranger was believed.');
    return 'ours after all';
  }
  if (![400, 413, 415].includes(answer.statusCode ?? 0)) throw new Error(`It was answered ${answer.statusCode}.`);
  if ((await traces(world)) > 0) throw new Error('Something was read or written for a stranger.');
  return String(answer.statusCode);
}

/** Whether after all the tampering the request is one that Clerk could have sent: then it counts. */
function isOurs({ headers, body: text = '', isBase64Encoded }: APIGatewayProxyEventV2, { secret }: Sent): boolean {
  const one = (name: string): string => {
    const values = Object.entries(headers).filter(([each]) => each.toLowerCase() === name);
    return values.length === 1 ? (values[0]?.[1] ?? '') : '';
  };
  const signedText = isBase64Encoded ? Buffer.from(text, 'base64').toString() : text;
  const expected = new Webhook(secret).sign(
    one('svix-id'),
    new Date(Number(one('svix-timestamp')) * 1_000),
    signedText,
  );
  return secret === OURS && one('svix-signature').split(' ').includes(expected);
}

async function traces({ parts, deps }: WebhookWorld): Promise<number> {
  let waiting = 0;
  for await (const _ of deps.quarantine.list()) waiting += 1;
  return parts.calls.get + parts.calls.write + parts.asked.length + waiting;
}
