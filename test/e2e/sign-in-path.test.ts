import { afterAll, beforeAll, beforeEach, describe, expect, it, inject } from 'vitest';
import type { LocalStack } from '../../infra/local/local-stack.ts';
import { startLocalStack } from '../../infra/local/local-stack.ts';
import type { World } from '../../scripts/demo/world.ts';
import { createWorld, signUp } from '../../scripts/demo/world.ts';

let stack: LocalStack;
let world: World;
let people = 0;

beforeAll(async () => {
  stack = await startLocalStack({ assembly: inject('assembly') });
  world = createWorld(stack.file);
});
afterAll(() => stack?.close());
beforeEach(() => world.control('PUT', 'faults', {}));

/** Signs somebody up while no webhook gets through, so that only the request path can have stored her. */
async function signUpUnheard() {
  await world.control('PUT', 'faults', { webhooks: { drop: 1 } });
  people += 1;
  return signUp(world, `person${people}@example.com`, `Person${people}`);
}

/** Signs somebody up and waits until the webhook has stored her. */
async function signUpStored() {
  people += 1;
  const user = await signUp(world, `person${people}@example.com`, `Person${people}`);
  await world.flushWebhooks();
  return user;
}

describe('A first request', () => {
  it('carries the whole user before any webhook has come', async () => {
    const user = await signUpUnheard();
    const answer = await world.get('/whoami', await world.token(user.id));
    expect(answer).toMatchObject({
      status: 200,
      body: { id: user.id, email: `person${people}@example.com`, synced: true },
    });
  });

  it('made twenty times at once ends in one record and twenty answers', async () => {
    const user = await signUpUnheard();
    const tokens = await Promise.all(
      Array.from({ length: 20 }, (_, n) => world.token(user.id, { claims: { jti: `t${n}` } })),
    );
    const answers = await Promise.all(tokens.map((token) => world.get('/whoami', token)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
    expect(await world.item(user.id)).toMatchObject({ revision: 1, changedBy: 'authorizer' });
  });

  it('without an email in the token fetches the user from Clerk', async () => {
    const user = await signUpUnheard();
    const token = await world.token(user.id, { claims: { email: '__absent' } });
    const answer = await world.get('/whoami', token);
    expect(answer.body['email']).toBe(`person${people}@example.com`);
    expect(await world.item(user.id)).toMatchObject({ verifiedEmail: `person${people}@example.com` });
  });

  it('of somebody whom Clerk does not know is refused with 403', async () => {
    const token = await world.token('user_nobody', { claims: { email: '__absent' } });
    expect((await world.get('/whoami', token)).status).toBe(403);
    expect(await world.item('user_nobody')).toEqual({});
  });
});

describe('A request of a known user', () => {
  it('writes nothing when nothing changed', async () => {
    const user = await signUpStored();
    const before = await world.item(user.id);
    for (const n of [1, 2, 3]) {
      const token = await world.token(user.id, { claims: { jti: `again${n}` } });
      expect((await world.get('/whoami', token)).status).toBe(200);
    }
    expect(await world.item(user.id)).toEqual(before);
  });

  it('does not compare a claim that the token does not carry', async () => {
    const user = await signUpStored();
    const before = await world.item(user.id);
    const token = await world.token(user.id, { claims: { lastName: '__absent', imageUrl: '__absent' } });
    expect((await world.get('/whoami', token)).body['lastName']).toBe('Example');
    expect(await world.item(user.id)).toEqual(before);
  });

  it('clears a field that Clerk says is null', async () => {
    const user = await signUpStored();
    await world.control('PUT', 'faults', { webhooks: { drop: 1 } });
    await world.clerk.users.updateUser(user.id, { lastName: '' });
    const answer = await world.get('/whoami', await world.token(user.id, { claims: { lastName: null } }));
    expect(answer.body['lastName']).toBeNull();
    expect((await world.item(user.id))['lastName']).toBeNull();
  });

  it('with claims older than the stored user leaves the stored user as it is', async () => {
    const user = await signUpStored();
    const old = await world.token(user.id);
    await world.clerk.users.updateUser(user.id, { firstName: 'Newer' });
    await world.flushWebhooks();
    expect((await world.get('/whoami', old)).body['firstName']).toBe('Newer');
    expect((await world.item(user.id))['firstName']).toBe('Newer');
  });

  it('with claims that carry no order and differ asks Clerk instead of believing them', async () => {
    const user = await signUpStored();
    const token = await world.token(user.id, { claims: { firstName: 'Claimed', updatedAt: '__absent' } });
    expect((await world.get('/whoami', token)).body['firstName']).toBe(`Person${people}`);
    await world.control('PUT', 'faults', { webhooks: { drop: 1 } });
    await world.clerk.users.updateUser(user.id, { firstName: 'Asked' });
    // Once a minute and container: this container has just asked about her, so the stored user stands.
    const again = await world.get('/whoami', await world.token(user.id, { claims: { updatedAt: '__absent' } }));
    expect(again.body['firstName']).toBe(`Person${people}`);
  });

  it('takes an updated_at in seconds', async () => {
    const user = await signUpStored();
    await world.control('PUT', 'faults', { webhooks: { drop: 1 } });
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const changed = await world.clerk.users.updateUser(user.id, { firstName: 'Seconds' });
    const updatedAt = Math.floor(changed.updatedAt / 1000);
    const answer = await world.get('/whoami', await world.token(user.id, { claims: { updatedAt } }));
    expect(answer.body['firstName']).toBe('Seconds');
  });
});

describe('A request is refused', () => {
  it('with 401 without a token, with nonsense, and with a forged, expired or foreign one', async () => {
    const user = await signUpStored();
    const bare = await fetch(`${stack.file.api}/whoami`);
    expect([bare.status, await bare.json()]).toEqual([401, { message: 'Unauthorized' }]);
    const hour = 3_600;
    const now = Math.floor(Date.now() / 1000);
    const tokens = [
      'nonsense',
      await world.token(user.id, { key: 'unknown' }),
      await world.token(user.id, { claims: { iat: now - hour, nbf: now - hour, exp: now - hour / 2 } }),
      await world.token(user.id, { claims: { iss: 'https://another.clerk.accounts.dev' } }),
      await world.token(user.id, { claims: { azp: 'https://evil.example' } }),
      await world.token(user.id, { claims: { sts: 'pending' } }),
      await world.token(user.id, { claims: { sid: '__absent' } }),
    ];
    const answers = await Promise.all(tokens.map((token) => world.get('/whoami', token)));
    expect(answers.map(({ status }) => status)).toEqual(tokens.map(() => 401));
  });

  it('with 403 while the token is valid, once the user is banned or deleted', async () => {
    const [banned, deleted] = [await signUpStored(), await signUpStored()];
    const tokens = [await world.token(banned.id), await world.token(deleted.id)];
    await world.clerk.users.banUser(banned.id);
    await world.clerk.users.deleteUser(deleted.id);
    await world.flushWebhooks();
    const answers = await Promise.all(tokens.map((token) => world.get('/whoami', token)));
    expect(answers.map(({ status }) => status)).toEqual([403, 403]);
  });

  it('but not because the user is locked', async () => {
    const user = await signUpStored();
    await world.clerk.users.lockUser(user.id);
    await world.flushWebhooks();
    expect((await world.get('/whoami', await world.token(user.id))).status).toBe(200);
  });
});

describe('GET /users/me', () => {
  it('answers the mirrored user', async () => {
    const user = await signUpStored();
    const answer = await world.get('/users/me', await world.token(user.id));
    expect(answer).toMatchObject({ status: 200, body: { id: user.id, emailVerified: true, publicMetadata: {} } });
  });

  it('is refused without a token', async () => {
    expect((await fetch(`${stack.file.api}/users/me`)).status).toBe(401);
  });
});
