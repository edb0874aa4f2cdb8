import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import type { LocalStack } from '../../infra/local/local-stack.ts';
import { startLocalStack } from '../../infra/local/local-stack.ts';
import type { World } from '../../scripts/demo/world.ts';
import { changeEmail, createWorld, signUp } from '../../scripts/demo/world.ts';
import { signedWebhook } from '../support/e2e/signed-webhook.ts';

let stack: LocalStack;
let world: World;
let people = 0;

beforeAll(async () => {
  stack = await startLocalStack({ assembly: inject('assembly') });
  world = createWorld(stack.file);
});
afterAll(() => stack?.close());
afterEach(() => storeFaults({}));

async function storeFaults(faults: object): Promise<void> {
  const response = await fetch(`${stack.file.api}/__local/store`, { method: 'PUT', body: JSON.stringify(faults) });
  expect(response.status).toBe(200);
}

async function signUpSomebody() {
  people += 1;
  return signUp(world, `person${people}@example.com`, `Person${people}`);
}

/** Has every waiting message sent once, whether or not the webhook can take it. */
async function flush(): Promise<void> {
  await world.control('POST', 'webhooks/flush');
}

/** Delivers until nothing waits any more: Svix comes again after a 503. */
async function deliverEverything(): Promise<void> {
  for (let round = 0; round < 30; round += 1) {
    await flush();
    const waiting: unknown = await (await fetch(`${stack.file.clerk}/__local/deliveries`)).json();
    const states = Array.isArray(waiting) ? waiting.map((delivery: { state?: unknown }) => delivery.state) : [];
    if (!states.includes('waiting')) return;
  }
}

/** A webhook about somebody whom Clerk does not know, sent straight to the API. */
function sendWebhook(userId: string): Promise<Response> {
  const [secret = ''] = stack.file.webhookSecrets;
  const now = Date.now();
  const data = { object: 'user', id: userId, deleted: true };
  const { body, headers } = signedWebhook(secret, { data, object: 'event', type: 'user.deleted', timestamp: now });
  return fetch(`${stack.file.api}/webhooks/clerk`, { method: 'POST', body, headers });
}

describe('While the table is down', () => {
  it('a request with a good token is let in by it alone, in time, and says that it is not synced', async () => {
    const user = await signUpSomebody();
    await deliverEverything();
    // A container that is warm: what is measured is the wait for the table.
    await world.get('/whoami', await world.token(user.id));
    await storeFaults({ down: true });
    const token = await world.token(user.id, { claims: { firstName: 'Fromtoken' } });
    const start = performance.now();
    const answer = await world.get('/whoami', token);
    const tookMs = performance.now() - start;
    expect(answer).toMatchObject({ status: 200, body: { id: user.id, firstName: 'Fromtoken', synced: false } });
    // 800 ms for the table; the rest is the gateway, the function and a loaded machine.
    expect(tookMs).toBeLessThan(2_500);
    expect(await world.item(user.id)).toMatchObject({ firstName: `Person${people}` });
  });

  it('a forged token is refused all the same', async () => {
    const user = await signUpSomebody();
    await storeFaults({ down: true });
    expect((await world.get('/whoami', await world.token(user.id, { key: 'unknown' }))).status).toBe(401);
  });

  it('a webhook is answered 503 with Retry-After, within the time that Svix gives', async () => {
    await storeFaults({ down: true });
    const start = performance.now();
    const response = await sendWebhook('user_whomnobodyknows');
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '30']);
    expect(await response.json()).toMatchObject({ error: { code: 'unavailable' } });
    expect(performance.now() - start).toBeLessThan(15_000);
    expect(await world.item('user_whomnobodyknows')).toEqual({});
    await storeFaults({});
    expect((await sendWebhook('user_whomnobodyknows')).status).toBe(200);
    expect(await world.item('user_whomnobodyknows')).toMatchObject({ revision: 1 });
  });
});

describe('While the table takes every call and answers none', () => {
  it('a webhook is answered 503 all the same, within the time that Svix gives', async () => {
    await storeFaults({ slowMs: 60_000 });
    const start = performance.now();
    const response = await sendWebhook('user_ofahangingtable');
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '30']);
    expect(performance.now() - start).toBeLessThan(15_000);
    await storeFaults({});
    expect((await sendWebhook('user_ofahangingtable')).status).toBe(200);
  });
});

describe('When the faults are lifted', () => {
  it.each([
    ['an outage', { down: true }],
    ['throttling', { throttle: 0.3 }],
    ['lost connections and answers', { reset: 0.3 }],
    ['slow answers', { slowMs: 60 }],
    ['some of everything', { throttle: 0.15, reset: 0.15, slowMs: 20 }],
  ])('what happened during %s arrives with the webhooks, and table and Clerk are equal', async (_name, faults) => {
    const [kept, changed, gone] = [await signUpSomebody(), await signUpSomebody(), await signUpSomebody()];
    await deliverEverything();
    await storeFaults(faults);
    const arrived = await signUpSomebody();
    await world.clerk.users.updateUser(changed.id, { firstName: 'Changed' });
    await changeEmail(world, kept, `kept${people}@example.com`);
    await world.clerk.users.deleteUser(gone.id);
    const requests = await Promise.all(
      [kept, changed, arrived].map(async ({ id }) => world.get('/whoami', await world.token(id))),
    );
    expect(requests.map(({ status }) => status)).toEqual([200, 200, 200]);
    await flush();
    await storeFaults({});
    await deliverEverything();
    expect((await world.compare()).mismatches).toEqual([]);
    expect(await world.item(gone.id)).toHaveProperty('deletedAt');
    expect((await world.get('/whoami', await world.token(arrived.id))).body).toMatchObject({ synced: true });
  });
});
