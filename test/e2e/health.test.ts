import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { LocalStack } from '../../infra/local/local-stack.ts';
import { startLocalStack } from '../../infra/local/local-stack.ts';
import type { World } from '../../scripts/demo/world.ts';
import { createWorld, signUp } from '../../scripts/demo/world.ts';
import { documented } from '../support/e2e/documented.ts';
import { canEndContainers, endContainers } from '../support/e2e/end-containers.ts';
import { signedWebhook } from '../support/e2e/signed-webhook.ts';

const MINUTE = 60_000;
let stack: LocalStack;
let world: World;

beforeAll(async () => {
  stack = await startLocalStack({ assembly: inject('assembly') });
  world = createWorld(stack.file);
});
afterAll(() => stack?.close());

interface Health {
  readonly status: number;
  readonly cacheControl: string | null;
  readonly body: Readonly<Record<string, unknown>>;
}

async function health(path = '/health'): Promise<Health> {
  const response = await fetch(`${stack.file.api}${path}`);
  const body = (await response.json()) as Readonly<Record<string, unknown>>;
  return { status: response.status, cacheControl: response.headers.get('cache-control'), body };
}

/** From a container that remembers nothing. */
async function freshHealth(path?: string): Promise<Health> {
  const { functions } = (await (await fetch(`${stack.file.api}/__local`)).json()) as { functions: string[] };
  endContainers(functions.find((name) => /health/i.test(name)) ?? '', stack.file.metrics);
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const answer = await health(path);
    // Whoever is handed to a process that has just ended gets a 500; 429 is the route's own limit.
    if (answer.status !== 500 && answer.status !== 429) return answer;
    await sleep(100);
  }
  throw new Error('No container answers.');
}

function storeFaults(faults: object): Promise<Response> {
  return fetch(`${stack.file.api}/__local/store`, { method: 'PUT', body: JSON.stringify(faults) });
}

async function sendWebhooks(count: number): Promise<readonly number[]> {
  const send = async (position: number): Promise<number> => {
    const data = { object: 'user', id: `user_ofhealth${position}`, deleted: true };
    const payload = { data, object: 'event', type: 'user.deleted', timestamp: Date.now() };
    const { body, headers } = signedWebhook(stack.file.webhookSecrets[0] ?? '', payload);
    return (await fetch(`${stack.file.api}/webhooks/clerk`, { method: 'POST', body, headers })).status;
  };
  return Promise.all(Array.from({ length: count }, (_, position) => send(position)));
}

function advance(ms: number): Promise<unknown> {
  return world.control('PUT', 'clock', { advanceMs: ms });
}

describe.runIf(canEndContainers)('GET /health', () => {
  it('is ok before anything has happened, and tells nobody but counts', async () => {
    const { status, cacheControl, body } = await freshHealth();
    expect({ status, cacheControl }).toEqual({ status: 200, cacheControl: 'public, max-age=60' });
    expect(body).toMatchObject({ status: 'ok', error: {}, details: { userSync: { status: 'up', attempts: 0 } } });
  });

  it('is an error while the table is away, which junk tokens and junk webhooks do not hide, and ok once it is over', async () => {
    await storeFaults({ down: true });
    expect(new Set(await sendWebhooks(24))).toEqual(new Set([503]));
    const junk = Array.from({ length: 200 }, async (_, position) => {
      const token = await world.get('/whoami', `junk.${position}.token`);
      const webhook = await world.post('/webhooks/clerk', '{}', { 'content-type': 'application/json' });
      return [token.status, webhook.status];
    });
    expect(new Set((await Promise.all(junk)).flat())).toEqual(new Set([401, 400]));

    const failing = await freshHealth();
    expect(failing.status).toBe(503);
    expect(failing.body).toMatchObject({
      status: 'error',
      info: {},
      details: { userSync: { status: 'down', failed: 24 } },
    });
    expect(documented().problems('GET /health 503', failing.body)).toEqual([]);
    expect(JSON.stringify(failing.body)).not.toMatch(/clerk-sync|SyncFailed|CloudWatch|user_/);

    await storeFaults({});
    expect((await health()).status).toBe(503);
    await advance(16 * MINUTE);
    expect(new Set(await sendWebhooks(24))).toEqual(new Set([200]));
    const mended = await freshHealth();
    expect(mended.status).toBe(200);
    expect(mended.body).toMatchObject({ status: 'ok', details: { userSync: { failed: 0, failureRate: 0 } } });
  });

  it('is answered from memory, however often it is asked, and no oftener than ten times a second', async () => {
    const first = await freshHealth();
    await sendWebhooks(3);
    const answers: Health[] = [];
    const startedAt = performance.now();
    for (let poll = 0; poll < 100; poll += 1) answers.push(await health());
    const seconds = (performance.now() - startedAt) / 1_000;
    const answered = answers.filter(({ status }) => status === 200);
    expect(answers.filter(({ status }) => status !== 200 && status !== 429)).toEqual([]);
    // Twenty at once, and ten more with each second: on a machine that is slow enough none is too many.
    expect(answered.length).toBeGreaterThanOrEqual(20);
    expect(answered.length).toBeLessThanOrEqual(20 + Math.ceil(10 * seconds));
    expect(new Set(answered.map(({ body }) => JSON.stringify(body)))).toEqual(new Set([JSON.stringify(first.body)]));
    expect((await freshHealth()).body).not.toEqual(first.body);
  });
});

describe.runIf(canEndContainers)('GET /health/user-sync', () => {
  it('is unknown until a run has ended, then says what it has counted, and warns when the sides differ', async () => {
    const before = await freshHealth('/health/user-sync');
    expect(before).toMatchObject({ status: 200, cacheControl: 'public, max-age=10' });
    expect(before.body).toMatchObject({ status: 'unknown', clerk_users: null });
    expect(documented().problems('GET /health/user-sync 200', before.body)).toEqual([]);

    const users = await Promise.all(Array.from({ length: 30 }, (_, n) => signUp(world, `h${n}@example.com`, `H${n}`)));
    await world.flushWebhooks();
    expect((await world.fireFullRun()).body).toMatchObject({ clerkUsers: 30, storedUsers: 30 });
    const healthy = await freshHealth('/health/user-sync');
    expect(healthy.body).toMatchObject({ status: 'healthy', clerk_users: 30, db_users: 30, discrepancy: 0 });
    expect(Math.abs(Date.parse(String(healthy.body['as_of'])) - Date.now())).toBeLessThan(2 * MINUTE);

    await world.control('PUT', 'faults', { webhooks: { drop: 1 } });
    for (const { id } of users.slice(0, 25)) await world.clerk.users.deleteUser(id);
    await advance(2 * MINUTE);
    expect((await world.fireFullRun()).body).toMatchObject({ status: 'held' });
    const warning = await freshHealth('/health/user-sync');
    expect(warning).toMatchObject({ status: 200 });
    expect(warning.body).toMatchObject({ status: 'warning', clerk_users: 5, db_users: 30, discrepancy: 25 });
  });
});
