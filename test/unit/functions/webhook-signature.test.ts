import { createHmac } from 'node:crypto';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { beforeEach, describe, expect, it } from 'vitest';
import { signedHeaders } from '../../../functions/webhook/signed-headers.ts';
import { isSigned } from '../../../functions/webhook/verify-signature.ts';
import { NOW } from '../../support/functions/parts.ts';
import type { WebhookWorld } from '../../support/functions/webhook-world.ts';
import {
  createWebhookWorld,
  httpEvent,
  OURS,
  userCreated,
  webhookSecret,
} from '../../support/functions/webhook-world.ts';
import { all } from '../../support/contracts/user-store.ts';
import type { SignedWebhook } from '../../support/e2e/signed-webhook.ts';

const THEIRS = webhookSecret(9);
const NEW = webhookSecret(2);
const ANYTHING = `v1,${Buffer.alloc(32).toString('base64')}`;

let world: WebhookWorld;
beforeEach(() => {
  world = createWebhookWorld();
});

const withHeader = ({ body, headers }: SignedWebhook, name: string, value: string): SignedWebhook => ({
  body,
  headers: { ...headers, [name]: value },
});
const signatureOf = ({ headers }: SignedWebhook): string => headers['svix-signature'] ?? '';
const withSignatures = (message: SignedWebhook, list: readonly string[]): SignedWebhook =>
  withHeader(message, 'svix-signature', list.join(' '));

/** What comes of a request: the answer, and every trace that it leaves. */
async function observe(message: SignedWebhook | APIGatewayProxyEventV2): Promise<unknown> {
  const { statusCode, body = '' } = await world.answer('isBase64Encoded' in message ? message : httpEvent(message));
  const { calls, memory, metrics } = world.parts;
  const kept = await all(world.deps.quarantine.list());
  return { statusCode, body, calls, users: memory.users(), kept, received: metrics.sum('WebhookReceived') };
}

/** Told nothing about why, and nothing written or even read. */
const REFUSED = {
  statusCode: 400,
  body: '{"error":{"code":"webhook_rejected","message":"The signature does not match."}}',
  calls: { get: 0, write: 0 },
  users: [],
  kept: [],
  received: 0,
};

const CREATED = { status: 200, outcome: 'created' };

/** From the test suites of the Standard Webhooks project; the prefix stands apart, so that no scanner takes it for a leak. */
describe('The published Standard Webhooks vectors', () => {
  const vectors = [
    {
      secret: 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      timestamp: 1_614_265_330,
      body: '{"test": 2432232314}',
      signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    },
    {
      secret: 'C2FVsBQIhrscChlQIMV+b5sSYspob7oD',
      id: 'msg_27UH4WbU6Z5A5EzD8u03UvzRbpk',
      timestamp: 1_649_367_553,
      body: '{"email":"test@example.com","username":"test_user"}',
      signature: 'v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=',
    },
  ];
  const verify = ({ secret, id, timestamp, body, signature }: (typeof vectors)[number]): Promise<boolean> => {
    world.parts.time.set(timestamp * 1000);
    world.stored.webhookSecrets = [`whsec_${secret}`];
    const headers = signedHeaders({ 'svix-id': id, 'svix-timestamp': String(timestamp), 'svix-signature': signature });
    return headers ? isSigned(body, headers, world.deps) : Promise.resolve(false);
  };

  it.each(vectors)('verify: $signature', async (vector) => {
    expect(await verify(vector)).toBe(true);
  });

  it.each(vectors)('do not verify with anything changed: $signature', async (vector) => {
    const changed = [
      { ...vector, secret: `${vector.secret.slice(0, -1)}A` },
      { ...vector, id: `${vector.id}x` },
      { ...vector, timestamp: vector.timestamp + 1 },
      { ...vector, body: `${vector.body} ` },
      { ...vector, signature: vector.signature.replace('v1,', 'v2,') },
      { ...vector, signature: vector.signature.replace('v1,', 'v1a,') },
      { ...vector, signature: vector.signature.slice(0, 8) },
      { ...vector, signature: 'v1,' },
      { ...vector, signature: vector.signature.slice(3) },
    ];
    for (const each of changed) expect(await verify(each)).toBe(false);
  });

  it('answer as a whole request, though its content is no event of ours', async () => {
    const [vector] = vectors;
    await verify(vector!);
    const headers = {
      'svix-id': vector!.id,
      'svix-timestamp': String(vector!.timestamp),
      'svix-signature': vector!.signature,
    };
    expect(await world.receive({ body: vector!.body, headers })).toEqual({ status: 200, outcome: 'quarantined' });
  });

  it('agree with a signature that is made by hand', async () => {
    const { body, headers } = world.signed(userCreated());
    const key = Buffer.from(OURS.slice('whsec_'.length), 'base64');
    const content = `${headers['svix-id']}.${headers['svix-timestamp']}.${body}`;
    expect(headers['svix-signature']).toBe(`v1,${createHmac('sha256', key).update(content).digest('base64')}`);
  });
});

describe('The secret', () => {
  it('may be any of several, and which of them it was is counted', async () => {
    world.stored.webhookSecrets = [THEIRS, OURS];
    expect(await world.receive(world.signed(userCreated()))).toEqual(CREATED);
    expect(world.parts.metrics.sum('WebhookSecretMatched', { Secret: '2' })).toBe(1);
    expect(world.parts.metrics.sum('WebhookSecretMatched')).toBe(1);
  });

  it('of somebody else is refused, and counts for nobody', async () => {
    world.stored.webhookSecrets = [OURS, NEW];
    expect(await observe(world.signed(userCreated(), { secret: THEIRS }))).toEqual(REFUSED);
    expect(world.parts.metrics.sum('WebhookRejected', { Reason: 'signature' })).toBe(1);
    expect(world.parts.metrics.sum('WebhookSecretMatched')).toBe(0);
  });

  it('is read again once when a signature fails: a rotation needs no deploy', async () => {
    await world.receive(world.signed(userCreated()));
    world.stored.webhookSecrets = [OURS, NEW];
    await world.parts.time.advance(30_000);
    expect((await world.receive(world.signed(userCreated(), { secret: NEW }))).status).toBe(200);
    expect(world.reads()).toBe(2);
    expect(world.parts.metrics.sum('WebhookSecretMatched', { Secret: '2' })).toBe(1);
  });

  it('may be put in the place of another: the old one is refused then', async () => {
    world.stored.webhookSecrets = [OURS, THEIRS];
    await world.receive(world.signed(userCreated()));
    world.stored.webhookSecrets = [NEW, THEIRS];
    await world.parts.time.advance(30_000);
    expect((await world.receive(world.signed(userCreated(), { secret: NEW }))).status).toBe(200);
    expect((await world.receive(world.signed(userCreated()))).status).toBe(400);
  });

  it('is read again no oftener than every 30 s, however much junk comes', async () => {
    const junk = async (): Promise<void> => {
      for (let sent = 0; sent < 20; sent += 1)
        expect(await observe(world.signed(userCreated(), { secret: THEIRS }))).toEqual(REFUSED);
    };
    await junk();
    expect(world.reads()).toBe(1);
    await world.parts.time.advance(29_999);
    await junk();
    expect(world.reads()).toBe(1);
    await world.parts.time.advance(1);
    await junk();
    expect(world.reads()).toBe(2);
  });

  it('that was taken out is refused as soon as the secrets are read again', async () => {
    world.stored.webhookSecrets = [OURS, NEW];
    await world.receive(world.signed(userCreated({ id: 'user_before' }), { secret: NEW }));
    world.stored.webhookSecrets = [OURS];
    await world.parts.time.advance(300_000);
    expect((await world.receive(world.signed(userCreated(), { secret: NEW }))).status).toBe(400);
  });
});

describe('The time of an attempt, by the clock that is injected', () => {
  it.each([
    [-301, 400],
    [-300, 200],
    [-299, 200],
    [0, 200],
    [299, 200],
    [300, 200],
    [301, 400],
  ])('of %d s from now is answered %d', async (seconds, status) => {
    const message = world.signed(userCreated());
    world.parts.time.set(NOW - seconds * 1000);
    expect((await world.answer(httpEvent(message))).statusCode).toBe(status);
  });

  it('decides before any secret is looked at', async () => {
    const message = world.signed(userCreated());
    world.parts.time.set(NOW + 301_000);
    expect(await observe(message)).toEqual(REFUSED);
    expect(world.reads()).toBe(0);
  });
});

describe('The list of signatures', () => {
  it.each([
    ['alone', (own: string) => [own]],
    ['before another', (own: string) => [own, ANYTHING]],
    ['behind another', (own: string) => [ANYTHING, own]],
    ['among versions that nobody knows', (own: string) => ['v1a,AAAA', 'v9,BBBB', 'v', ',', '', own, 'v10,CCCC']],
    ['at the end of as many as fit', (own: string) => [...Array.from({ length: 80 }, () => ANYTHING), own]],
  ])('has ours %s', async (_where, list) => {
    const message = world.signed(userCreated());
    expect(await world.receive(withSignatures(message, list(signatureOf(message))))).toEqual(CREATED);
  });

  it.each([
    ['none of ours', () => [ANYTHING]],
    ['two, none of ours', () => [ANYTHING, 'v1,AAAA']],
    ['ours under another version', (own: string) => [own.replace('v1', 'v1a'), own.replace('v1', 'v2')]],
    ['ours without a version', (own: string) => [own.slice(3)]],
    ['only the beginning of ours', (own: string) => [own.slice(0, -1)]],
    ['ours with something behind it', (own: string) => [`${own}=`, `${own}\t`]],
    ['ours with a comma behind it', (own: string) => [`${own},`]],
    ['ours in other letters', (own: string) => [own.toUpperCase()]],
    ['nothing', () => []],
  ])('with %s is refused', async (_what, list) => {
    const message = world.signed(userCreated());
    expect(await observe(withSignatures(message, list(signatureOf(message))))).toEqual(REFUSED);
  });

  it('of ten thousand is refused before any is compared, though ours is the first', async () => {
    const message = world.signed(userCreated());
    expect(
      await observe(withSignatures(message, [signatureOf(message), ...Array.from({ length: 9_999 }, () => ANYTHING)])),
    ).toEqual(REFUSED);
    expect(world.reads()).toBe(0);
  });

  it('of ten thousand of the shortest is refused as well', async () => {
    const message = world.signed(userCreated());
    expect(
      await observe(withSignatures(message, [signatureOf(message), ...Array.from({ length: 9_999 }, () => 'v')])),
    ).toEqual(REFUSED);
  });
});

describe('The headers', () => {
  it.each([
    ['capitals', (name: string) => name.toUpperCase()],
    ['the case of a title', (name: string) => name.replaceAll(/\b\w/g, (letter) => letter.toUpperCase())],
  ])('are found in %s', async (_case, spell) => {
    const { body, headers } = world.signed(userCreated());
    const spelt = Object.fromEntries(Object.entries(headers).map(([name, value]) => [spell(name), value]));
    expect(await world.receive({ body, headers: spelt })).toEqual(CREATED);
  });

  it.each(['svix-id', 'svix-timestamp', 'svix-signature'])('cannot do without %s', async (name) => {
    const { body, headers } = world.signed(userCreated());
    const { [name]: _gone, ...rest } = headers;
    expect(await observe({ body, headers: rest })).toEqual(REFUSED);
  });

  it.each(['svix-id', 'svix-timestamp', 'svix-signature'])(
    'have %s once: joined by a comma it is refused',
    async (name) => {
      const message = world.signed(userCreated());
      const value = message.headers[name] ?? '';
      expect(await observe(withHeader(message, name, `${value},${value}`))).toEqual(REFUSED);
      expect(await observe(withHeader(message, name, `${value}, ${value}`))).toEqual(REFUSED);
    },
  );

  it('have each name once: in two spellings it is refused', async () => {
    const message = world.signed(userCreated());
    expect(await observe(withHeader(message, 'Svix-Signature', signatureOf(message)))).toEqual(REFUSED);
  });

  it.each([
    ['svix-id', 'msg.with.dots'],
    ['svix-id', 'msg_1\nforged'],
    ['svix-id', 'x'.repeat(129)],
    ['svix-id', ''],
    ['svix-timestamp', `${NOW / 1000}abc`],
    ['svix-timestamp', `+${NOW / 1000}`],
    ['svix-timestamp', `${NOW / 1000}.0`],
    ['svix-timestamp', String(NOW)],
  ])('with %s not as Svix writes it (%j) are refused, though it may be signed', async (name, value) => {
    const message = world.signed(userCreated(), name === 'svix-id' ? { id: value } : {});
    expect(await observe(withHeader(message, name, value))).toEqual(REFUSED);
  });

  it('need not say that the body is JSON', async () => {
    const { body, headers } = world.signed(userCreated());
    const { 'content-type': _type, ...unsaid } = headers;
    expect(await world.receive({ body, headers: unsaid })).toEqual(CREATED);
  });

  it.each([
    ['application/json; charset=utf-8', 200],
    ['Application/JSON', 200],
    ['application/json ;charset=utf-8', 200],
    ['text/plain', 415],
    ['application/json,application/json', 415],
    ['', 415],
  ])('that call the body %j are answered %d', async (type, status) => {
    const answer = await world.answer(httpEvent(withHeader(world.signed(userCreated()), 'content-type', type)));
    expect(answer.statusCode).toBe(status);
    expect(world.parts.metrics.sum('WebhookRejected', { Reason: 'content-type' })).toBe(status === 415 ? 1 : 0);
  });
});

describe('The body', () => {
  const SIZE_LIMIT = 256 * 1024;
  /** A user whose event has exactly so many bytes. */
  const sized = (bytes: number): object => {
    const event = (padding: string) => userCreated({ padding });
    return event('x'.repeat(bytes - Buffer.byteLength(JSON.stringify(event('')))));
  };

  it('handed on in base64 is verified over the bytes that were signed', async () => {
    expect(await world.receive(world.signed(userCreated()), 'base64')).toEqual({ status: 200, outcome: 'created' });
  });

  it.each([
    ['one byte altered', (body: string) => body.replace('user_one', 'user_onf')],
    ['one byte added', (body: string) => `${body}\n`],
    ['one byte taken off', (body: string) => body.slice(0, -1)],
    ['the JSON written anew', (body: string) => JSON.stringify(JSON.parse(body), undefined, 1)],
    [
      'its fields in another order',
      (body: string) => JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(body) as object).toReversed())),
    ],
    ['its letters escaped', (body: string) => body.replace('ë', String.raw`\u00eb`)],
    ['a byte order mark put in front', (body: string) => `\uFEFF${body}`],
    ['nothing left', () => ''],
  ])('with %s is refused', async (_what, alter) => {
    const { body, headers } = world.signed(userCreated());
    expect(await observe({ body: alter(body), headers })).toEqual(REFUSED);
    expect(await observe(httpEvent({ body: alter(body), headers }, 'base64'))).toEqual(REFUSED);
  });

  it('that is missing altogether is refused', async () => {
    const { headers } = world.signed(userCreated());
    expect(await observe({ headers, isBase64Encoded: false } as unknown as APIGatewayProxyEventV2)).toEqual(REFUSED);
  });

  it('that is missing and was signed as empty says nothing, and waits for somebody to look at it', async () => {
    const { headers } = world.signed('');
    const answer = await world.answer({ headers, isBase64Encoded: false } as unknown as APIGatewayProxyEventV2);
    expect(answer).toMatchObject({ statusCode: 200, body: '{"outcome":"quarantined"}' });
  });

  it('signed with its byte order mark is read behind it', async () => {
    const body = `\uFEFF${JSON.stringify(userCreated())}`;
    expect(await world.receive(world.signed(body))).toEqual(CREATED);
    expect(await world.receive(world.signed(body), 'base64')).toEqual({ status: 200, outcome: 'unchanged' });
  });

  it('with bytes that are not UTF-8 is refused, not mended', async () => {
    const bytes = Buffer.from(JSON.stringify(userCreated()), 'latin1');
    const mended = world.signed(bytes.toString('utf8'));
    const event = { headers: mended.headers, body: bytes.toString('base64'), isBase64Encoded: true };
    expect(await observe(event as unknown as APIGatewayProxyEventV2)).toEqual(REFUSED);
  });

  it.each(['text', 'base64'] as const)('of 256 KB is read, handed on as %s', async (encoding) => {
    const message = world.signed(sized(SIZE_LIMIT));
    expect(Buffer.byteLength(message.body)).toBe(SIZE_LIMIT);
    expect(await world.receive(message, encoding)).toEqual({ status: 200, outcome: 'created' });
  });

  it.each([
    ['one byte more than 256 KB', SIZE_LIMIT + 1, 'text'],
    ['257 KB', 257 * 1024, 'text'],
    ['257 KB in base64', 257 * 1024, 'base64'],
  ] as const)('of %s is answered 413, unread', async (_name, bytes, encoding) => {
    const answer = await world.answer(httpEvent(world.signed(sized(bytes)), encoding));
    expect(answer.statusCode).toBe(413);
    expect(world.parts.metrics.sum('WebhookRejected', { Reason: 'too-large' })).toBe(1);
    expect(world.reads()).toBe(0);
  });
});
