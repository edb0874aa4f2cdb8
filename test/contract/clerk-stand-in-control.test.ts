import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startClerkStandIn } from '../../infra/local/clerk/index.ts';
import { createLocalClock } from '../../infra/local/clock.ts';
import { startStandIn } from '../support/clerk/stand-in.ts';
import type { StandInUnderTest } from '../support/clerk/stand-in.ts';
import { startWebhookReceiver, until, verifySignature } from '../support/clerk/webhook-receiver.ts';

interface Listed {
  readonly id: string;
  readonly state: string;
  readonly attempts: readonly object[];
}

async function newestDelivery(standIn: StandInUnderTest): Promise<Listed | undefined> {
  return ((await standIn.control('GET', '/deliveries')).body as Listed[])[0];
}

const DAY = 24 * 60 * 60 * 1000;

describe('the local clock', () => {
  it('runs with the wall clock, moves forward and tells its listeners until they leave', () => {
    let wall = 1000;
    const clock = createLocalClock(5, () => wall);
    const heard: number[] = [];
    const leave = clock.onAdvance((now) => heard.push(now));
    wall += 10;
    expect(clock.now()).toBe(1015);
    clock.advance(100);
    leave();
    clock.advance(1);
    expect([clock.now(), heard]).toEqual([1116, [1115]]);
    for (const ms of [-1, Number.NaN, Infinity]) expect(() => clock.advance(ms)).toThrow(RangeError);
  });

  it('is moved over HTTP and dates what happens then', async () => {
    await using standIn = await startStandIn();
    const moved = await standIn.control('PUT', '/clock', { advanceMs: DAY });
    const { now } = moved.body as { now: number };
    expect(now - Date.now()).toBeGreaterThan(DAY - 5000);
    const user = await standIn.client.users.createUser({ firstName: 'A' });
    expect(user.createdAt).toBeGreaterThanOrEqual(now);
    for (const advanceMs of [-1, 'a day', null]) {
      const { status, message } = await standIn.control('PUT', '/clock', { advanceMs });
      expect([status, message]).toEqual([400, expect.stringContaining('"advanceMs"')]);
    }
  });
});

describe('faults of the API', () => {
  it('rate429: asks to come again after a second', async () => {
    await using standIn = await startStandIn();
    await standIn.control('PUT', '/faults', { api: { rate429: 1 } });
    const { status, headers, code } = await standIn.api('GET', '/users');
    expect([status, headers.get('retry-after'), code]).toEqual([429, '1', 'too_many_requests']);
  });

  it('rate5xx: fails as often as asked, in the same places for the same seed', async () => {
    const runs: number[][] = [];
    for (const seed of [9, 9]) {
      await using standIn = await startStandIn({ seed });
      await standIn.control('PUT', '/faults', { api: { rate5xx: 0.5 } });
      const statuses: number[] = [];
      for (let count = 0; count < 40; count += 1) statuses.push((await standIn.api('GET', '/users/count')).status);
      runs.push(statuses);
    }
    expect(runs[1]).toEqual(runs[0]);
    const failures = runs[0]?.filter((status) => status >= 500).length ?? 0;
    expect(failures).toBeGreaterThan(8);
    expect(failures).toBeLessThan(32);
  });

  it('reset: loses the connection, half of the time after the request was handled', async () => {
    await using standIn = await startStandIn();
    await standIn.control('PUT', '/faults', { api: { reset: 1 } });
    const creations = Array.from({ length: 40 }, (_, n) =>
      standIn.api('POST', '/users', { external_id: `e${n}` }).catch((error: Error) => error),
    );
    for (const lost of await Promise.all(creations)) expect(lost).toMatchObject({ message: 'fetch failed' });
    await standIn.control('PUT', '/faults', {});
    const { body } = await standIn.api('GET', '/users/count');
    const { total_count: created } = body as { total_count: number };
    expect(created).toBeGreaterThan(5);
    expect(created).toBeLessThan(36);
  });

  it('reset: spares as many as it is told to', async () => {
    await using standIn = await startStandIn();
    await standIn.control('PUT', '/faults', { api: { reset: 0.4 } });
    let answered = 0;
    for (let n = 0; n < 200; n += 1)
      answered += await standIn.api('GET', '/users/count').then(
        () => 1,
        () => 0,
      );
    expect(answered).toBeGreaterThan(95);
    expect(answered).toBeLessThan(145);
  });

  it('latencyMs: answers late', async () => {
    await using standIn = await startStandIn();
    await standIn.control('PUT', '/faults', { api: { latencyMs: 120 } });
    const start = performance.now();
    expect((await standIn.api('GET', '/users/count')).status).toBe(200);
    expect(performance.now() - start).toBeGreaterThan(110);
  });

  it('are replaced as a whole and shown', async () => {
    await using standIn = await startStandIn();
    await standIn.control('PUT', '/faults', { webhooks: { drop: 0.1 }, api: { rate429: 0.2 } });
    await standIn.control('PUT', '/faults', { api: { latencyMs: 5 } });
    expect((await standIn.control('GET', '/faults')).body).toEqual({
      webhooks: { drop: 0, duplicate: 0, reorder: 0, delayMs: 0 },
      api: { rate429: 0, rate5xx: 0, reset: 0, latencyMs: 5 },
    });
  });

  it.each([
    [{ webhooks: { drop: 1.1 } }, 'webhooks.drop'],
    [{ webhooks: { reorder: '0.5' } }, 'webhooks.reorder'],
    [{ webhooks: { delayMs: -1 } }, 'webhooks.delayMs'],
    [{ webhooks: { lose: 1 } }, 'webhooks.lose'],
    [{ api: { rate429: -0.1 } }, 'api.rate429'],
    [{ api: 'slow' }, 'api'],
    [{ http: {} }, 'http'],
  ])('refuse %j and name the field, leaving the faults as they were', async (body, field) => {
    await using standIn = await startStandIn();
    await standIn.control('PUT', '/faults', { api: { latencyMs: 1 } });
    const { status, message } = await standIn.control('PUT', '/faults', body);
    expect([status, message]).toEqual([400, expect.stringContaining(`"${field}"`)]);
    expect((await standIn.control('GET', '/faults')).body).toMatchObject({ api: { latencyMs: 1 } });
  });
});

describe('the rate limit', () => {
  it('refuses what is above it with the seconds to wait, and not what comes after them', async () => {
    await using standIn = await startStandIn({ rateLimit: { requests: 3, windowMs: 400 } });
    const statuses: number[] = [];
    for (let count = 0; count < 5; count += 1) statuses.push((await standIn.api('GET', '/users/count')).status);
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
    const refused = await standIn.api('GET', '/users/count');
    expect(refused.headers.get('retry-after')).toBe('1');
    await until(async () => (await standIn.api('GET', '/users/count')).status === 200, 'the next window');
  });

  it('counts neither the control routes nor requests without the key', async () => {
    await using standIn = await startStandIn({ rateLimit: { requests: 1, windowMs: 60_000 } });
    await standIn.control('GET', '/faults');
    await standIn.api('GET', '/users', undefined, { authorization: 'Bearer sk_test_other' });
    expect((await standIn.api('GET', '/users')).status).toBe(200);
    expect((await standIn.api('GET', '/users')).status).toBe(429);
    expect((await standIn.control('GET', '/faults')).status).toBe(200);
  });
});

describe('seeding', () => {
  it('imports silently what the Backend API could not set', async () => {
    await using standIn = await startStandIn();
    await using receiver = await startWebhookReceiver();
    standIn.clerk.setWebhookEndpoints([receiver.url]);
    const user = {
      id: 'user_imported',
      email_address: ['in@example.com'],
      email_address_identification_status: ['unverified'],
      image_url: 'https://images.example.com/1.png',
      deprovisioned: true,
      created_at: 1_600_000_000_000,
      updated_at: '2021-01-01T00:00:00.000Z',
    };
    expect((await standIn.control('POST', '/users/import', { users: [user] })).body).toMatchObject({ imported: 1 });
    const { body } = await standIn.api('GET', '/users/user_imported');
    expect(body).toMatchObject({
      created_at: 1_600_000_000_000,
      updated_at: Date.UTC(2021, 0, 1),
      deprovisioned: true,
      has_image: true,
      image_url: 'https://images.example.com/1.png',
      email_addresses: [{ verification: { object: 'verification_otp', status: 'unverified' } }],
    });
    expect((await standIn.control('POST', '/webhooks/flush')).body).toEqual({ delivered: 0, failed: 0 });
    expect(receiver.received).toEqual([]);
  });

  it('imports all or nothing and says which user is wrong', async () => {
    await using standIn = await startStandIn();
    const good = { email_address: ['good@example.com'] };
    const malformed = await standIn.control('POST', '/users/import', { users: [good, { first_name: 1 }] });
    expect([malformed.status, malformed.message]).toEqual([422, expect.stringContaining('users[1]')]);
    const taken = await standIn.control('POST', '/users/import', { users: [good, { ...good }] });
    expect(taken.status).toBe(422);
    const twice = await standIn.control('POST', '/users/import', { users: [{ id: 'user_a' }, { id: 'user_a' }] });
    expect(twice.status).toBe(422);
    expect(await standIn.client.users.getCount()).toBe(0);
    expect((await standIn.control('POST', '/users/import', { users: [good, { id: 'user_a' }] })).status).toBe(200);
    expect((await standIn.control('POST', '/users/import', { users: [{ id: 'user_a' }] })).status).toBe(422);
  });

  it('changes what no Backend API call can, and tells the webhook', async () => {
    await using standIn = await startStandIn();
    await using receiver = await startWebhookReceiver();
    standIn.clerk.setWebhookEndpoints([receiver.url]);
    const { id, updatedAt } = await standIn.client.users.createUser({ firstName: 'A' });
    const { body } = await standIn.control('PATCH', `/users/${id}`, { deprovisioned: true });
    expect(body).toMatchObject({ id, deprovisioned: true });
    expect((body as { updated_at: number }).updated_at).toBeGreaterThan(updatedAt);
    await standIn.control('PATCH', `/users/${id}`, { image_url: 'https://images.example.com/2.png', webhooks: false });
    await receiver.untilReceived(2);
    expect(receiver.received[1]?.event).toMatchObject({ type: 'user.updated', data: { deprovisioned: true } });
    expect((await standIn.control('POST', '/webhooks/flush')).body).toEqual({ delivered: 0, failed: 0 });
    expect((await standIn.control('PATCH', '/users/user_none', { deprovisioned: true })).status).toBe(404);
  });
});

describe('the control routes', () => {
  it('list what is served and what is not imitated, without a secret', async () => {
    await using standIn = await startStandIn();
    const text = await (await fetch(standIn.clerk.url)).text();
    const index = JSON.parse(text) as Record<'backendApi' | 'control' | 'notImitated', string[]>;
    expect(index).toMatchObject({ instanceId: standIn.clerk.instanceId, issuer: standIn.clerk.issuer });
    expect(index.backendApi).toEqual(expect.arrayContaining(['GET /v1/users', 'GET /.well-known/jwks.json']));
    expect(index.control).toContain('POST /__local/tokens');
    expect(index.notImitated.join()).toContain('organizations');
    for (const secret of [standIn.clerk.secretKey, ...standIn.clerk.webhookSecrets]) expect(text).not.toContain(secret);
  });

  it('answer an unknown route with 404 and a malformed body with 400', async () => {
    await using standIn = await startStandIn();
    expect((await standIn.control('GET', '/nothing')).status).toBe(404);
    const { status, code } = await standIn.control('PUT', '/faults', '{"api":');
    expect([status, code]).toEqual([400, 'bad_request']);
  });
});

describe('the server', () => {
  it('names a taken port', async () => {
    await using standIn = await startStandIn();
    const port = Number(new URL(standIn.clerk.url).port);
    const second = startClerkStandIn({ clock: createLocalClock(), port });
    await expect(second).rejects.toThrow(new RegExp(`port ${port} .*taken`));
  });

  it('closes at once, whatever is under way', async () => {
    const standIn = await startStandIn();
    const receiver = await startWebhookReceiver();
    receiver.answerWith({ status: 200, afterMs: 3000 });
    standIn.clerk.setWebhookEndpoints([receiver.url]);
    await standIn.client.users.createUser({ firstName: 'A' });
    await receiver.untilReceived(1);
    await standIn.control('PUT', '/faults', { api: { latencyMs: 60_000 } });
    const pending = standIn.api('GET', '/users').catch((error: unknown) => error);
    const idle = request(`${standIn.clerk.url}/__local/faults`, { method: 'PUT', headers: { 'content-length': 10 } });
    const hungUp = new Promise((resolve) => idle.once('error', resolve));
    idle.flushHeaders();
    await new Promise((resolve) => setTimeout(resolve, 50));
    const start = performance.now();
    await standIn.clerk.close();
    expect(performance.now() - start).toBeLessThan(2000);
    expect(await pending).toBeInstanceOf(Error);
    expect(await hungUp).toBeInstanceOf(Error);
    await receiver[Symbol.asyncDispose]();
  });
});

describe('the state file', () => {
  let directory: string;
  let stateFile: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'clerk-stand-in-'));
    stateFile = join(directory, 'nested', 'clerk.json');
  });

  afterEach(() => rm(directory, { recursive: true }));

  it('brings users, keys, secrets, settings and the clock over a restart', async () => {
    const first = await startStandIn({ stateFile });
    const { users } = first.client;
    const kept = await users.createUser({ emailAddress: ['kept@example.com'], publicMetadata: { deep: { value: 1 } } });
    const gone = await users.createUser({ emailAddress: ['gone@example.com'] });
    await users.deleteUser(gone.id);
    await first.control('PUT', '/settings', { banRaisesUpdatedAt: true });
    await first.control('PUT', '/clock', { advanceMs: DAY });
    first.clerk.setWebhookEndpoints(['http://127.0.0.1:9/a', 'http://127.0.0.1:9/b']);
    const { url: _url, ...before } = first.clerk;
    await first.clerk.close();

    await using second = await startStandIn({ stateFile });
    expect(second.clerk).toMatchObject({
      instanceId: before.instanceId,
      secretKey: before.secretKey,
      kid: before.kid,
      jwtPublicKey: before.jwtPublicKey,
      jwtPrivateKey: before.jwtPrivateKey,
      webhookSecrets: before.webhookSecrets,
    });
    expect(second.clerk.webhookSecrets).toHaveLength(2);
    expect(await second.client.users.getUser(kept.id)).toEqual(kept);
    expect(await second.client.users.getCount()).toBe(1);
    expect((await second.control('GET', '/settings')).body).toEqual({ banRaisesUpdatedAt: true });
    expect(second.clock.now() - Date.now()).toBeGreaterThan(DAY - 1000);
    const { token } = (await second.control('POST', '/tokens', { userId: gone.id })).body as { token: string };
    expect(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).toContain('gone@example.com');
    const next = await second.client.users.createUser({ emailAddress: ['next@example.com'] });
    expect([kept.id, gone.id]).not.toContain(next.id);
  });

  it('brings waiting webhooks over a restart, to where the endpoint is then', async () => {
    const first = await startStandIn({ stateFile });
    first.clerk.setWebhookEndpoints(['http://127.0.0.1:9/nobody-listens']);
    const { id } = await first.client.users.createUser({ firstName: 'A' });
    await until(async () => (await newestDelivery(first))?.attempts.length === 1, 'an attempt');
    const before = await newestDelivery(first);
    await first.clerk.close();

    await using receiver = await startWebhookReceiver();
    await using second = await startStandIn({ stateFile });
    expect((await second.control('POST', '/webhooks/flush')).body).toEqual({ delivered: 0, failed: 0 });
    second.clerk.setWebhookEndpoints([receiver.url]);
    second.clock.advance(5_000);
    await receiver.untilReceived(1);
    expect(receiver.received[0]).toMatchObject({ id: before?.id, event: { data: { id } } });
    verifySignature(receiver.received[0]!, second.clerk.webhookSecrets[0] ?? '');
    await until(async () => (await newestDelivery(second))?.state === 'delivered', 'its delivery');
  });

  it('is written soon after a change, whole and for its owner only', async () => {
    await using standIn = await startStandIn({ stateFile });
    const { id } = await standIn.client.users.createUser({ firstName: 'A' });
    await until(async () => (await readFile(stateFile, 'utf8')).includes(id), 'the state file');
    expect((await stat(stateFile)).mode & 0o777).toBe(0o600);
    expect(await readdir(join(directory, 'nested'))).toEqual(['clerk.json']);
  });

  it.each([
    ['is no JSON', '{"version":1'],
    ['is something else', '{"version":1,"users":[]}'],
  ])('is refused by name when it %s, and left as it is', async (_what, text) => {
    const path = join(directory, 'other.json');
    await writeFile(path, text);
    const start = startClerkStandIn({ clock: createLocalClock(), stateFile: path });
    await expect(start).rejects.toThrow(new RegExp(`${path}.*Delete it`));
    expect(await readFile(path, 'utf8')).toBe(text);
  });

  it('is not written when the port is taken', async () => {
    await using running = await startStandIn();
    const port = Number(new URL(running.clerk.url).port);
    await expect(startClerkStandIn({ clock: createLocalClock(), port, stateFile })).rejects.toThrow(/taken/);
    expect(await readdir(directory)).toEqual([]);
  });
});
