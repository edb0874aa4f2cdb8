import { request } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it, inject } from 'vitest';
import type { LocalStack } from '../../infra/local/local-stack.ts';
import { startLocalStack } from '../../infra/local/local-stack.ts';
import type { World } from '../../scripts/demo/world.ts';
import { createWorld, signUp } from '../../scripts/demo/world.ts';
import { webhookExamples } from '../support/clerk/webhook-examples/index.ts';
import { putItem } from '../support/e2e/put-item.ts';
import { signedWebhook } from '../support/e2e/signed-webhook.ts';
import type { SignedWebhook } from '../support/e2e/signed-webhook.ts';
import { scan } from '../support/oracle.ts';

let stack: LocalStack;
let world: World;

beforeAll(async () => {
  stack = await startLocalStack({ assembly: inject('assembly'), webhookRetryScale: 0.001 });
  world = createWorld(stack.file);
});
afterAll(() => stack?.close());
beforeEach(() => world.control('PUT', 'faults', {}));

const secret = () => stack.file.webhookSecrets[0] ?? '';
const deliver = ({ body, headers }: SignedWebhook) => world.post('/webhooks/clerk', body, headers);

function event(type: string, data: object, timestamp = Date.now()): object {
  return { object: 'event', type, data, timestamp, instance_id: stack.file.instanceId };
}

function userData(id: string, over: object = {}): object {
  const now = Date.now();
  return {
    object: 'user',
    id,
    primary_email_address_id: 'idn_1',
    email_addresses: [
      {
        id: 'idn_1',
        object: 'email_address',
        email_address: `${id}@example.com`,
        verification: { status: 'verified' },
      },
    ],
    first_name: 'First',
    last_name: null,
    image_url: 'https://img.example.com/a.png',
    public_metadata: {},
    created_at: now,
    updated_at: now,
    ...over,
  };
}

describe('A signed event', () => {
  it('is applied, and answered with its outcome', async () => {
    const created = await deliver(signedWebhook(secret(), event('user.created', userData('user_applied'))));
    expect(created).toEqual({ status: 200, body: { outcome: 'created' } });
    expect(await world.item('user_applied')).toMatchObject({
      firstName: 'First',
      lastName: null,
      changedBy: 'webhook',
    });
  });

  it('is counted by its type, and by the secret that matched', async () => {
    await deliver(signedWebhook(secret(), event('user.created', userData('user_counted'))));
    const answer = await fetch(`${stack.file.api}/__local/metrics?raw`);
    const points = JSON.stringify(await answer.json());
    expect(points).toContain('WebhookSecretMatched');
    expect(points).toContain('WebhookReceived');
  });

  it('delivered twice changes nothing the second time', async () => {
    const message = signedWebhook(secret(), event('user.created', userData('user_twice')));
    await deliver(message);
    const before = await world.item('user_twice');
    expect((await deliver(message)).body).toEqual({ outcome: 'unchanged' });
    expect(await world.item('user_twice')).toEqual(before);
  });

  it('of a deletion that overtook the creation leaves a tombstone that the creation does not lift', async () => {
    const deleted = event('user.deleted', { object: 'user', id: 'user_overtaken', deleted: true });
    expect((await deliver(signedWebhook(secret(), deleted))).body).toEqual({ outcome: 'deleted' });
    const created = event('user.created', userData('user_overtaken'), Date.now() - 1_000);
    expect((await deliver(signedWebhook(secret(), created))).body).toEqual({ outcome: 'stale' });
    const item = await world.item('user_overtaken');
    expect(item['deletedAt']).toEqual(expect.any(String));
    expect(item['email']).toBeNull();
  });

  it('of a type that changes no user is counted and ignored', async () => {
    const message = signedWebhook(secret(), event('session.created', { object: 'session', id: 'sess_1' }));
    expect(await deliver(message)).toEqual({ status: 200, body: { outcome: 'ignored' } });
  });

  it.each([
    ['without an id', { object: 'user', deleted: true }],
    ['with an id that is no user', { object: 'user', id: 7, deleted: true }],
  ])('of a deletion %s is kept in quarantine, so that nobody sends it for a day', async (_case, data) => {
    const message = signedWebhook(secret(), event('user.deleted', data));
    expect(await deliver(message)).toEqual({ status: 200, body: { outcome: 'quarantined' } });
  });

  it('in the shape of each of Clerk’s examples is accepted, and none is quarantined', async () => {
    const outcomes = new Map<string, unknown>();
    for (const { type, payload } of webhookExamples(stack.file.instanceId)) {
      const { status, body } = await deliver(signedWebhook(secret(), payload));
      outcomes.set(type, status === 200 ? body['outcome'] : status);
    }
    const others = [...outcomes].filter(([, outcome]) => outcome !== 'ignored');
    expect(outcomes.size).toBe(45);
    expect(Object.fromEntries(others)).toEqual({
      'user.created': 'created',
      'user.updated': 'updated',
      'user.deleted': 'deleted',
    });
  });

  it('is sent again, and not quarantined, when what the table holds makes us stumble', async () => {
    await putItem(stack.file, { pk: 'user#user_damaged', id: 'user_damaged', revision: 'one' });
    const message = signedWebhook(secret(), event('user.created', userData('user_damaged')), { id: 'msg_damaged' });
    const { status, body } = await deliver(message);
    expect([status, body]).toEqual([503, { error: { code: 'unavailable', message: 'Try again later.' } }]);
    const keys = (await scan(stack.file)).map((item) => item['pk']);
    expect(keys).toContain('user#user_damaged');
    expect(keys).not.toContain('quarantine#msg_damaged');
  });

  it('arrives intact, whatever script its names are in', async () => {
    const message = signedWebhook(
      secret(),
      event('user.created', userData('user_script', { first_name: 'Žofie 🌍 愛' })),
    );
    expect((await deliver(message)).body).toEqual({ outcome: 'created' });
    expect((await world.item('user_script'))['firstName']).toBe('Žofie 🌍 愛');
  });
});

describe('What is not signed by us', () => {
  it('is answered 400 and writes nothing, whatever is wrong', async () => {
    const payload = event('user.created', userData('user_forged'));
    const good = signedWebhook(secret(), payload);
    const foreign = signedWebhook(`whsec_${Buffer.alloc(32, 7).toString('base64')}`, payload);
    const attempts: SignedWebhook[] = [
      foreign,
      { ...good, body: `${good.body} ` },
      { ...good, headers: { ...good.headers, 'svix-id': 'msg_other' } },
      { ...good, headers: { ...good.headers, 'svix-signature': 'v1,' } },
      { ...good, headers: { 'content-type': 'application/json' } },
      signedWebhook(secret(), payload, { sentAt: new Date(Date.now() - 301_000) }),
      // More than the five minutes: those before it take their time on a busy machine.
      signedWebhook(secret(), payload, { sentAt: new Date(Date.now() + 360_000) }),
    ];
    for (const attempt of attempts) {
      expect(await deliver(attempt)).toEqual({
        status: 400,
        body: { error: { code: 'webhook_rejected', message: 'The signature does not match.' } },
      });
    }
    expect(await world.item('user_forged')).toEqual({});
  });

  it.each(['svix-id', 'svix-timestamp', 'svix-signature'])(
    'has a header too many when %s comes twice',
    async (name) => {
      const userId = `user_${name.replace('-', '')}`;
      const { body, headers } = signedWebhook(secret(), event('user.created', userData(userId)));
      const value = headers[name] ?? '';
      expect(await send(body, { ...headers, [name]: [value, value] })).toBe(400);
      expect(await world.item(userId)).toEqual({});
      expect(await send(body, headers)).toBe(200);
    },
  );

  it('is answered 413 when it is too large and 415 when it is not JSON', async () => {
    const large = signedWebhook(secret(), { padding: 'x'.repeat(256 * 1024) });
    expect((await deliver(large)).status).toBe(413);
    const good = signedWebhook(secret(), event('user.created', userData('user_text')));
    expect((await deliver({ ...good, headers: { ...good.headers, 'content-type': 'text/plain' } })).status).toBe(415);
  });
});

/** Header lines one by one, which `fetch` joins. @returns the status */
function send(body: string, headers: Record<string, string | readonly string[]>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const lines = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat()]));
    const sent = request(`${stack.file.api}/webhooks/clerk`, { method: 'POST', headers: lines }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

describe('Webhooks that come late, twice and out of order', () => {
  it('leave the table equal to Clerk', async () => {
    await world.control('PUT', 'faults', { webhooks: { duplicate: 0.4, reorder: 0.4 } });
    const users = await Promise.all(
      Array.from({ length: 20 }, (_, n) => signUp(world, `shuffled${n}@example.com`, `S${n}`)),
    );
    for (const user of users) await world.clerk.users.updateUser(user.id, { firstName: 'Changed' });
    await Promise.all(users.slice(0, 5).map((user) => world.clerk.users.deleteUser(user.id)));
    await world.control('PUT', 'faults', {});
    await world.flushWebhooks();
    await world.flushWebhooks();
    const ids = new Set(users.map(({ id }) => id));
    const { mismatches } = await world.compare();
    expect(mismatches.filter(({ userId }) => ids.has(userId))).toEqual([]);
  });
});
