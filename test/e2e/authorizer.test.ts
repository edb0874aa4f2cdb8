import { createPrivateKey } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LocalStack } from '../../infra/local/local-stack.ts';
import { startLocalStack } from '../../infra/local/local-stack.ts';
import type { World } from '../../scripts/demo/world.ts';
import { createWorld, signUp } from '../../scripts/demo/world.ts';
import { attackTokens } from '../support/clerk/attack-tokens.ts';
import { CACHE_SECONDS, ORIGIN, synthesiseApplication } from '../support/e2e/application.ts';
import { TOKEN_IN_TEXT } from '../support/clerk/token-in-text.ts';

let stack: LocalStack;
let world: World;
let remove = (): void => undefined;
let people = 0;

beforeAll(async () => {
  const application = await synthesiseApplication();
  remove = application.remove;
  stack = await startLocalStack({ assembly: application.assembly });
  world = createWorld(stack.file);
});
afterAll(async () => {
  await stack?.close();
  remove();
});
beforeEach(() => world.control('PUT', 'faults', {}));

/** Signs somebody up, with values that nothing else would print, and waits until the webhook has stored her. */
async function signUpStored() {
  people += 1;
  const user = await signUp(world, `quetzal${people}@secret-mail.example`, `Quetzal${people}`);
  await world.flushWebhooks();
  return user;
}

/** A request without the world's own header. */
async function visit(path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET') {
  const response = await fetch(`${stack.file.api}${path}`, { method, headers });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? {} : (JSON.parse(text) as object) };
}

async function localJson(path: string): Promise<unknown> {
  return (await fetch(`${stack.file.api}/__local/${path}`)).json();
}

const callsOfTable = async () => (await localJson('calls')) as Readonly<Record<string, number>>;

/** Lines of all functions, since the stack began. */
async function lines(): Promise<{ functionName: string; line: string; at: number }[]> {
  return (await localJson('logs?limit=10000')) as { functionName: string; line: string; at: number }[];
}

describe('A preflight request', () => {
  const preflight = (origin: string) =>
    visit(
      '/whoami',
      { origin, 'access-control-request-method': 'GET', 'access-control-request-headers': 'authorization' },
      'OPTIONS',
    );

  it('needs no token, and starts no function', async () => {
    const before = await lines();
    const answer = await preflight(ORIGIN);
    expect(answer.status).toBe(204);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'access-control-allow-origin': ORIGIN,
      'access-control-allow-headers': 'authorization',
      'access-control-allow-methods': 'GET',
    });
    expect(await lines()).toHaveLength(before.length);
  });

  it('of another origin is granted nothing', async () => {
    const { status, headers } = await preflight('https://evil.example');
    expect([status, headers.get('access-control-allow-origin')]).toEqual([204, null]);
  });

  it('is followed by a request whose refusal the browser may read, too', async () => {
    const { status, headers } = await visit('/whoami', { origin: ORIGIN });
    expect([status, headers.get('access-control-allow-origin')]).toEqual([401, ORIGIN]);
  });
});

describe('A public route', () => {
  it('is open to everybody, and knows who is signed in', async () => {
    const user = await signUpStored();
    const token = await world.token(user.id);
    expect(await visit('/public')).toMatchObject({ status: 200, body: { visitor: null } });
    expect(await visit('/public', { authorization: 'Bearer junk' })).toMatchObject({
      status: 200,
      body: { visitor: null },
    });
    const known = await visit('/public', { authorization: `Bearer ${token}` });
    expect(known).toMatchObject({ status: 200, body: { visitor: { id: user.id, synced: true } } });
  });

  it('is closed at once to who is banned, for as long as she says who she is', async () => {
    const user = await signUpStored();
    const token = await world.token(user.id);
    expect((await visit('/public', { authorization: `Bearer ${token}` })).status).toBe(200);
    await world.clerk.users.banUser(user.id);
    await world.flushWebhooks();
    expect((await visit('/public', { authorization: `Bearer ${token}` })).status).toBe(403);
    expect((await visit('/public')).status).toBe(200);
  });
});

describe('An API of payload 1.0', () => {
  it.each(['/flat/new', '/flat/old'])('has the whole user on %s, flat', async (path) => {
    const user = await signUpStored();
    await world.clerk.users.updateUserMetadata(user.id, { publicMetadata: { plan: { name: 'pro' } } });
    await world.flushWebhooks();
    const { status, body } = await world.get(path, await world.token(user.id));
    expect(status).toBe(200);
    expect(body['visitor']).toMatchObject({
      id: user.id,
      emailVerified: true,
      publicMetadata: { plan: { name: 'pro' } },
    });
  });

  it('may repeat the policy of one route for another', async () => {
    const user = await signUpStored();
    // The subscriber of the application reads the table, too, a second after the webhook.
    await expect.poll(async () => (await lines()).map(({ line }) => line).join()).toContain(`"welcomed":"${user.id}"`);
    const token = await world.token(user.id);
    const before = await callsOfTable();
    const answers = [await world.get('/flat/new', token), await world.get('/flat/old', token)];
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect((await callsOfTable())['GetItem']).toBe((before['GetItem'] ?? 0) + 1);
  });

  it('answers 401 and 403 like the other', async () => {
    expect((await world.get('/flat/new', 'junk')).status).toBe(401);
    const user = await signUpStored();
    await world.clerk.users.deleteUser(user.id);
    await world.flushWebhooks();
    expect((await world.get('/flat/new', await world.token(user.id))).status).toBe(403);
  });
});

describe('Somebody who acts for a user', () => {
  it('is on the request, wherever it goes', async () => {
    const user = await signUpStored();
    const claims = { act: { iss: 'https://dashboard.clerk.com', sub: 'user_support' } };
    const token = await world.token(user.id, { claims });
    const actor = { sub: 'user_support' };
    expect((await world.get('/whoami', token)).body).toMatchObject({ id: user.id, actor });
    expect((await world.get('/users/me', token)).body).toMatchObject({ id: user.id, actor });
    expect((await world.get('/flat/old', token)).body['visitor']).toMatchObject({ id: user.id, actor });
    expect((await world.get('/whoami', await world.token(user.id))).body).not.toHaveProperty('actor');
    const unreadable = await world.token(user.id, { claims: { act: {} } });
    expect((await world.get('/whoami', unreadable)).status).toBe(401);
  });
});

describe('A user whom API Gateway could not carry', () => {
  it('comes without her metadata, which GET /users/me still has', async () => {
    const user = await signUpStored();
    const publicMetadata = { notes: 'n'.repeat(7_900) };
    await world.clerk.users.updateUserMetadata(user.id, { publicMetadata });
    await world.flushWebhooks();
    const token = await world.token(user.id);
    const answers = { whoami: await world.get('/whoami', token), me: await world.get('/users/me', token) };
    expect(answers.whoami).toMatchObject({
      status: 200,
      body: { id: user.id, publicMetadata: {}, omitted: ['publicMetadata'] },
    });
    expect(answers.me).toMatchObject({ status: 200, body: { id: user.id, publicMetadata } });
  });
});

describe('GET /users/me', () => {
  it('refuses a banned user at once: nothing is cached before it', async () => {
    const user = await signUpStored();
    const token = await world.token(user.id);
    expect((await world.get('/users/me', token)).status).toBe(200);
    await world.clerk.users.banUser(user.id);
    await world.flushWebhooks();
    expect((await world.get('/users/me', token)).status).toBe(403);
  });

  it('fetches from Clerk a user whom no webhook has brought, which the authorizer before it leaves to it', async () => {
    await world.control('PUT', 'faults', { webhooks: { drop: 1 } });
    people += 1;
    const user = await signUp(world, `quetzal${people}@secret-mail.example`, `Quetzal${people}`);
    const answer = await world.get('/users/me', await world.token(user.id, { claims: { email: '__absent' } }));
    expect(answer).toMatchObject({ status: 200, body: { id: user.id, synced: true, emailVerified: true } });
    expect(await world.item(user.id)).toMatchObject({ changedBy: 'on-demand', revision: 1 });
  });
});

describe('A banned user behind a cached authorizer', () => {
  it('is let in by what was cached before, and no longer', async () => {
    const user = await signUpStored();
    const token = await world.token(user.id);
    expect((await world.get('/whoami', token)).status).toBe(200);
    const cachedAt = performance.now();
    await world.clerk.users.banUser(user.id);
    await world.flushWebhooks();
    const statuses: number[] = [];
    while (performance.now() - cachedAt < CACHE_SECONDS * 1_000 + 500) {
      statuses.push((await world.get('/whoami', token)).status);
      await sleep(100);
    }
    statuses.push((await world.get('/whoami', token)).status);
    expect(statuses.at(-1)).toBe(403);
    expect(new Set(statuses)).toEqual(new Set([200, 403]));
    // Once refused, refused for good.
    expect(statuses.lastIndexOf(200)).toBeLessThan(statuses.indexOf(403));
  });
});

describe('The attack suite', () => {
  it('is refused with 401, one and all, at the cost of no call of the table and a line a second from each container', async () => {
    const { jwtPrivateKey, jwtPublicKey, issuer, authorizedParty: party, kid } = stack.file;
    const keys = { privateKey: createPrivateKey(jwtPrivateKey), publicKey: jwtPublicKey };
    // What is longer the gateway itself turns away, and a header cannot carry.
    const attacks = attackTokens({ keys, issuer, party, kid }).filter(
      ({ token }) => token.length < 9_000 && /^\S+$/.test(token),
    );
    const before = { calls: await callsOfTable(), lines: (await lines()).length };
    const startedAt = performance.now();
    const statuses = new Map<number, number>();
    for (let round = 0; round < 8; round += 1) {
      const answers = await Promise.all(attacks.map(({ token }) => world.get('/whoami', token)));
      for (const { status } of answers) statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    const seconds = (performance.now() - startedAt) / 1_000;
    expect(statuses).toEqual(new Map([[401, attacks.length * 8]]));
    expect(await callsOfTable()).toEqual(before.calls);
    const printed = (await lines()).slice(before.lines);
    // So many requests at once start several containers: each may write a line a second, which is a count.
    const MOST_CONTAINERS = 10;
    expect(printed.length).toBeLessThan(MOST_CONTAINERS * (seconds + 1));
    const others = printed.filter(({ line }) => !Object.hasOwn(JSON.parse(line) as object, 'AuthDenied'));
    expect(others).toEqual([]);
    const text = printed.map(({ line }) => line).join('\n');
    expect(attacks.filter(({ token }) => token.length > 3 && text.includes(token))).toEqual([]);
  });
});

describe('What all functions print', () => {
  it('holds no token, no email and no name', async () => {
    const user = await signUpStored();
    const tokens = await Promise.all([
      world.token(user.id),
      world.token(user.id, { claims: { firstName: 'Quetzalother' } }),
    ]);
    for (const token of tokens) for (const path of ['/whoami', '/users/me', '/public']) await world.get(path, token);
    const printed = (await lines()).map(({ line }) => line).join('\n');
    expect(printed).toContain(user.id);
    const secrets = [
      'Quetzal',
      'quetzal',
      'secret-mail',
      stack.file.secretKey,
      ...stack.file.webhookSecrets,
      ...tokens,
    ];
    expect(secrets.filter((secret) => printed.includes(secret))).toEqual([]);
    expect(printed).not.toMatch(TOKEN_IN_TEXT);
  });
});
