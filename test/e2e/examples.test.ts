import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Profile } from '../../docs/examples/react/profile.tsx';
import type { LocalStack } from '../../infra/local/local-stack.ts';
import { startLocalStack } from '../../infra/local/local-stack.ts';
import type { World } from '../../scripts/demo/world.ts';
import { createWorld, signUp } from '../../scripts/demo/world.ts';
import { instanceOf } from '../support/cloud/matchers.ts';
import { synthesiseApplication } from '../support/e2e/application.ts';
import { renderInStrictMode } from '../support/react/render.ts';
import { signUpUnheard } from '../support/e2e/api-client.ts';
import { storyOf } from '../support/e2e/bus.ts';

let stack: LocalStack;
let world: World;
let remove: () => void;

beforeAll(async () => {
  const application = await synthesiseApplication();
  remove = application.remove;
  stack = await startLocalStack({ assembly: application.assembly, webhookRetryScale: 0.001 });
  world = createWorld(stack.file);
});
afterAll(async () => {
  await stack?.close();
  remove?.();
});

const SOON = { timeout: 20_000, interval: 100 };

async function welcomes(userId: string): Promise<number> {
  const logs = await (await fetch(`${stack.file.api}/__local/logs?limit=10000`)).text();
  return logs.split(`\\"welcomed\\":\\"${userId}\\"`).length - 1;
}

const appOf = async (userId: string): Promise<unknown> => (await world.item(userId))['app'];

describe('A subscriber that welcomes new users by email', () => {
  it('welcomes one who signs up, once, whatever else happens to her', async () => {
    const user = await signUp(world, 'welcome@example.com', 'Welcome');
    await world.flushWebhooks();
    await expect.poll(() => welcomes(user.id), SOON).toBe(1);
    expect(await appOf(user.id)).toEqual({ _welcomedAt: instanceOf(String) });
    await world.clerk.users.updateUser(user.id, { firstName: 'Other' });
    await world.flushWebhooks();
    await expect.poll(async () => (await storyOf(stack.file, user.id)).length, SOON).toBe(2);
    expect(await welcomes(user.id)).toBe(1);
    expect(await world.item(user.id)).toMatchObject({ firstName: 'Other', app: { _welcomedAt: instanceOf(String) } });
  });

  it('waits for the verified address of one whom a token has brought', async () => {
    await world.control('PUT', 'faults', { webhooks: { drop: 1 } });
    const user = await signUp(world, 'token-first@example.com', 'Token');
    expect((await world.get('/whoami', await world.token(user.id))).status).toBe(200);
    await expect.poll(() => storyOf(stack.file, user.id), SOON).toEqual(['UserCreated by authorizer']);
    expect(await appOf(user.id)).toEqual({});
    await world.control('PUT', 'faults', {});
    await world.clerk.users.updateUser(user.id, { lastName: 'First' });
    await world.flushWebhooks();
    await expect.poll(() => welcomes(user.id), SOON).toBe(1);
  });

  it('leaves alone whom an import has brought', async () => {
    const users = [
      { email_address: ['imported@example.com'], first_name: 'Imported', created_at: Date.UTC(2025, 0, 1) },
    ];
    expect((await world.control('POST', 'users/import', { users })).status).toBe(200);
    const { data } = await world.clerk.users.getUserList({ emailAddress: ['imported@example.com'] });
    const { id } = data[0]!;
    await world.clerk.users.updateUser(id, { lastName: 'Someone' });
    await world.flushWebhooks();
    await expect.poll(() => storyOf(stack.file, id), SOON).toEqual(['UserCreated by webhook']);
    const after = await signUp(world, 'after-import@example.com', 'After');
    await world.flushWebhooks();
    await expect.poll(() => welcomes(after.id), SOON).toBe(1);
    expect(await welcomes(id)).toBe(0);
    expect(await appOf(id)).toEqual({});
  });
});

describe('A function behind the authorizer', () => {
  const planOf = async (userId: string, claims: Readonly<Record<string, unknown>> = {}) =>
    world.get('/plan', await world.token(userId, claims));

  it('answers by the public metadata of the signed-in user', async () => {
    const user = await signUp(world, 'plan@example.com', 'Plan');
    await world.flushWebhooks();
    expect(await planOf(user.id)).toEqual({ status: 200, body: { user: user.id, plan: 'free', seenBy: user.id } });
    await world.clerk.users.updateUser(user.id, { publicMetadata: { plan: 'team' } });
    await world.flushWebhooks();
    expect((await planOf(user.id)).body['plan']).toBe('team');
  });

  it('reads metadata that do not fit on a request from the table', async () => {
    const user = await signUp(world, 'large-plan@example.com', 'Large');
    const notes = Object.fromEntries(Array.from({ length: 8 }, (_, at) => [`note${at}`, 'x'.repeat(1_000)]));
    await world.clerk.users.updateUser(user.id, { publicMetadata: { ...notes, plan: 'team' } });
    await world.flushWebhooks();
    const token = await world.token(user.id);
    expect((await world.get('/whoami', token)).body).toMatchObject({ omitted: instanceOf(Array), publicMetadata: {} });
    expect(await world.get('/plan', token)).toMatchObject({ status: 200, body: { plan: 'team' } });
  });

  it('says who looks, where somebody acts for the user', async () => {
    const user = await signUp(world, 'acted@example.com', 'Acted');
    await world.flushWebhooks();
    const { body } = await planOf(user.id, { claims: { act: { sub: 'user_support' } } });
    expect(body).toMatchObject({ user: user.id, seenBy: 'user_support' });
  });
});

describe('The few lines that pages show of a function', () => {
  it('answer by who is signed in', async () => {
    const user = await signUp(world, 'orders@example.com', 'Orders');
    await world.flushWebhooks();
    const token = await world.token(user.id);
    expect(await world.get('/orders', token)).toEqual({ status: 200, body: { of: 'orders@example.com' } });
    expect(await world.get('/greeting', token)).toEqual({ status: 200, body: { hello: 'Orders' } });
    expect(await world.get('/catalogue', token)).toEqual({ status: 200, body: { hello: 'Orders' } });
    const acted = await world.token(user.id, { claims: { act: { sub: 'user_support' } } });
    expect((await world.get('/greeting', acted)).body).toEqual({ hello: 'Orders', impersonatedBy: 'user_support' });
  });

  it('let nobody in who is not, but for the one that is public', async () => {
    const statusOf = async (path: string) => (await fetch(`${stack.file.api}${path}`)).status;
    expect([await statusOf('/orders'), await statusOf('/greeting')]).toEqual([401, 401]);
    expect(await (await fetch(`${stack.file.api}/catalogue`)).json()).toEqual({ hello: 'stranger' });
  });
});

describe('useUserSync', () => {
  it('has a user mirrored at her sign-in whom no webhook has brought, by one request', async () => {
    const user = await signUpUnheard(world);
    let tokens = 0;
    const getToken = async () => {
      tokens += 1;
      return world.token(user.id);
    };
    expect(await world.item(user.id)).toEqual({});
    const profile = await renderInStrictMode(Profile, {
      auth: { sessionId: `sess_${user.id}`, getToken },
      api: stack.file.api,
    });
    expect(await profile.shown()).toBe('One moment…');
    await expect.poll(() => profile.shown(), SOON).toBe(`Hello, ${user.firstName}.`);
    expect(await world.item(user.id)).toMatchObject({ changedBy: 'on-demand', verifiedEmail: instanceOf(String) });
    expect(tokens).toBe(1);
    profile.unmount();
  });

  it('says so to somebody who is banned', async () => {
    const user = await signUp(world, 'banned-profile@example.com', 'Banned');
    await world.clerk.users.banUser(user.id);
    await world.flushWebhooks();
    const profile = await renderInStrictMode(Profile, {
      auth: { sessionId: `sess_${user.id}`, getToken: () => world.token(user.id) },
      api: stack.file.api,
    });
    await expect.poll(() => profile.shown(), SOON).toBe('Your account cannot be used here.');
    profile.unmount();
  });
});
