import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import type { LocalStack } from '../../infra/local/local-stack.ts';
import { startLocalStack } from '../../infra/local/local-stack.ts';
import type { World } from '../../scripts/demo/world.ts';
import { changeEmail, createWorld } from '../../scripts/demo/world.ts';
import type { ApiAnswer, ApiClient, ApiRequest } from '../support/e2e/api-client.ts';
import { createApiClient, signUpSomebody, signUpStored, signUpUnheard } from '../support/e2e/api-client.ts';
import { documented } from '../support/e2e/documented.ts';
import { putItem } from '../support/e2e/put-item.ts';
import { TOKEN_IN_TEXT } from '../support/clerk/token-in-text.ts';

let stack: LocalStack;
let world: World;
let api: ApiClient;

beforeAll(async () => {
  stack = await startLocalStack({ assembly: inject('assembly') });
  world = createWorld(stack.file);
  api = createApiClient(stack.file.api, documented());
});
afterAll(() => stack?.close());
beforeEach(() => world.control('PUT', 'faults', {}));

const dropWebhooks = () => world.control('PUT', 'faults', { webhooks: { drop: 1 } });
const codeOf = ({ status, body }: ApiAnswer) => [status, (body['error'] as { code?: string } | undefined)?.code];

async function signedIn(signUp = signUpStored) {
  const user = await signUp(world);
  const token = await world.token(user.id);
  return {
    user,
    token,
    patch: (app: unknown, more: ApiRequest = {}) => api.send('PATCH /users/me', { token, body: { app }, ...more }),
    send: (route: string, more: ApiRequest = {}) => api.sendPatiently(route, { token, ...more }),
    item: () => world.item(user.id),
  };
}

describe('PATCH /users/me', () => {
  it('merges into the attributes, removes with null, and answers the user as she now stands', async () => {
    const { user, patch, send, item } = await signedIn();
    await patch({ bio: 'Botanist', links: { site: 'https://a.example', code: 'https://b.example' }, tags: ['a'] });
    const answer = await patch({ bio: null, links: { code: null, blog: 'https://c.example' }, tags: ['b', null] });
    const app = { links: { site: 'https://a.example', blog: 'https://c.example' }, tags: ['b', null] };
    expect(answer).toMatchObject({ status: 200, body: { id: user.id, synced: true, emailVerified: true, app } });
    expect((await item())['app']).toEqual(app);
    expect((await send('GET /users/me')).body).toEqual(answer.body);
    expect((await send('GET /whoami')).body['app']).toEqual(app);
  });

  it('takes application/merge-patch+json', async () => {
    const { patch } = await signedIn();
    const type = 'application/merge-patch+json; charset=utf-8';
    expect((await patch({ bio: 'grüezi' }, { type })).body['app']).toEqual({ bio: 'grüezi' });
  });

  it('leaves all that Clerk has told, whatever the attributes are called', async () => {
    const { patch, item } = await signedIn();
    const before = await item();
    const app = { email: 'other@example.com', banned: true, revision: 99, id: 'user_other', constructor: 'x' };
    expect((await patch(app)).body['app']).toEqual(app);
    expect(await item()).toEqual({ ...before, app });
  });

  it('writes nothing where nothing changes', async () => {
    const { patch } = await signedIn();
    await patch({ bio: 'x' });
    const updates = async () =>
      ((await (await fetch(`${stack.file.api}/__local/calls`)).json()) as Record<string, number>)['UpdateItem'];
    const before = await updates();
    expect((await patch({ bio: 'x', missing: null })).status).toBe(200);
    expect((await patch({})).status).toBe(200);
    expect(await updates()).toBe(before);
  });

  it('creates a user whom no webhook has brought, and then changes her', async () => {
    const { user, token } = await signedIn(signUpUnheard);
    const answer = await api.sendPatiently('PATCH /users/me', { token, body: { app: { bio: 'first' } } });
    expect(answer).toMatchObject({ status: 200, body: { id: user.id, app: { bio: 'first' } } });
    expect(await world.item(user.id)).toMatchObject({ changedBy: 'on-demand', revision: 1, app: { bio: 'first' } });
  });

  it.each<[string, ApiRequest, number, string, string]>([
    ['a body that is not JSON', { body: '{"app":{"bio":"quetzal' }, 400, 'malformed_json', 'not JSON'],
    ['an empty body', { body: '' }, 400, 'malformed_json', 'not JSON'],
    ['bytes that are not UTF-8', { body: Buffer.from([0x7b, 0xff, 0x7d]) }, 400, 'malformed_json', 'UTF-8'],
    ['a list', { body: [] }, 400, 'invalid_body', 'The body must be an object.'],
    ['null', { body: 'null' }, 400, 'invalid_body', 'The body must be an object.'],
    ['no member app', { body: {} }, 400, 'invalid_body', 'app must be an object.'],
    ['an app that is a text', { body: { app: 'quetzal' } }, 400, 'invalid_body', 'app must be an object.'],
    [
      'a mirrored field',
      { body: { app: {}, email: 'quetzal@x.example' } },
      400,
      'invalid_body',
      'not known here: email.',
    ],
    [
      'a name with a dot',
      { body: { app: { 'quetzal.x': 1 } } },
      400,
      'invalid_body',
      'has a name that may not be used.',
    ],
    ['a name too long', { body: { app: { [`a${'x'.repeat(64)}`]: 1 } } }, 400, 'invalid_body', 'app.(unprintable)'],
    ['a link to the prototype', { body: '{"app":{"a":{"__proto__":1}}}' }, 400, 'invalid_body', 'app.a has a member'],
    ['a large number', { body: '{"app":{"n":[1e999]}}' }, 400, 'invalid_body', 'app.n.0 is a number'],
    ['a number beyond doubles', { body: '{"app":{"n":9007199254740993}}' }, 400, 'invalid_body', 'app.n is a number'],
    ['half a letter', { body: '{"app":{"t":"\\ud83d"}}' }, 400, 'invalid_body', 'app.t holds half of a surrogate pair'],
    [
      'deep nesting',
      { body: `{"app":{"n":${'['.repeat(9_000)}${']'.repeat(9_000)}}}` },
      400,
      'invalid_body',
      'nested too deep',
    ],
    [
      '65 attributes',
      { body: { app: Object.fromEntries(Array.from({ length: 65 }, (_, at) => [`a${at}`, at])) } },
      400,
      'invalid_body',
      'app has more than 64 members.',
    ],
    ['33 KB', { body: { app: { bio: 'x'.repeat(33 * 1024) } } }, 413, 'body_too_large', '32 KB'],
    [
      'more than the attributes may have',
      { body: { app: { bio: 'x'.repeat(17 * 1024) } } },
      413,
      'app_too_large',
      '16 KB',
    ],
    [
      'another content type',
      { body: { app: {} }, type: 'text/json' },
      415,
      'unsupported_media_type',
      'application/json or',
    ],
    ['no content type', { body: { app: {} }, type: null }, 415, 'unsupported_media_type', 'application/json or'],
  ])('refuses %s, says where, and repeats nothing of it', async (_case, request, status, code, text) => {
    const { token, item } = await signedIn();
    const answer = await api.send('PATCH /users/me', { token, ...request });
    expect(codeOf(answer)).toEqual([status, code]);
    const { message } = answer.body['error'] as { message: string };
    expect(message).toContain(text);
    expect(message).not.toContain('quetzal');
    expect((await item())['app']).toEqual({});
  });

  it('refuses what many small changes would make too large, one after the other or at once', async () => {
    const { patch, item } = await signedIn();
    const part = (at: number) => patch({ [`part${at}`]: 'x'.repeat(5_000) });
    const statuses = (await Promise.all([0, 1, 2, 3, 4, 5].map(part))).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(3);
    expect(statuses.filter((status) => status === 413)).toHaveLength(3);
    expect(Object.keys((await item())['app'] as object)).toHaveLength(3);
    expect((await part(7)).status).toBe(413);
    expect(
      (await patch({ part0: null, part1: null, part2: null, part3: null, part4: null, part5: null })).body['app'],
    ).toEqual({});
  });

  it('lets what the application has made too large become smaller, and not larger', async () => {
    const { patch, item } = await signedIn();
    await putItem(stack.file, { ...(await item()), app: { album: 'x'.repeat(100_000), seen: new Set(['a']) } });
    expect(codeOf(await patch({ bio: 'x' }))).toEqual([413, 'app_too_large']);
    expect((await patch({ album: 'x'.repeat(90) })).status).toBe(200);
    expect((await item())['app']).toEqual({ album: 'x'.repeat(90), seen: new Set(['a']) });
  });

  it('needs a token, and a user who may come in', async () => {
    const { user, patch } = await signedIn();
    expect((await api.send('PATCH /users/me', { body: { app: {} } })).status).toBe(401);
    await world.clerk.users.banUser(user.id);
    await world.flushWebhooks();
    expect((await patch({ bio: 'x' })).status).toBe(403);
    await world.clerk.users.deleteUser(user.id);
    await world.flushWebhooks();
    expect((await patch({ bio: 'x' })).status).toBe(403);
    expect((await world.item(user.id))['app']).toEqual({});
  });

  it('is lost to no webhook, and loses none, 50 times over', async () => {
    const { user, patch, item } = await signedIn();
    for (let round = 1; round <= 50; round += 1) {
      await world.clerk.users.updateUser(user.id, { firstName: `Round${round}` });
      const [patched] = await Promise.all([patch({ round, [`of${round % 7}`]: round }), world.flushWebhooks()]);
      expect(patched.status).toBe(200);
      expect(await item()).toMatchObject({ firstName: `Round${round}`, app: { round, [`of${round % 7}`]: round } });
    }
  });

  it('loses neither of two that come at the same moment, 20 times over', async () => {
    const { patch, item } = await signedIn();
    for (let round = 1; round <= 20; round += 1) {
      const answers = await Promise.all([patch({ left: { round } }), patch({ right: round })]);
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      expect((await item())['app']).toEqual({ left: { round }, right: round });
    }
  });
});

describe('POST /users/sync', () => {
  it('answers 201 to the first and 200 to every other, as the mobile application is used to', async () => {
    const { user, send, item } = await signedIn(signUpUnheard);
    const [name] = user.primaryEmailAddress!.emailAddress.split('@');
    const first = await send('POST /users/sync');
    expect(first).toMatchObject({
      status: 201,
      body: { outcome: 'created', user: { id: user.id, username: name, emailVerified: true, app: {}, synced: true } },
    });
    expect(await send('POST /users/sync', { body: {} })).toMatchObject({
      status: 200,
      body: { outcome: 'unchanged', user: first.body['user'] },
    });
    expect(await item()).toMatchObject({ changedBy: 'on-demand', revision: 1, username: name });
  });

  it('follows a change of name and address whose webhook was lost, and keeps the attributes', async () => {
    const { user, send, patch, item } = await signedIn();
    await patch({ bio: 'kept' });
    await dropWebhooks();
    const address = `moved-${user.id.toLowerCase()}@secret-mail.example`;
    await changeEmail(world, user, address);
    await world.clerk.users.updateUser(user.id, { lastName: 'Moved' });
    const answer = await send('POST /users/sync');
    expect(answer).toMatchObject({
      status: 200,
      body: { outcome: 'updated', user: { email: address, lastName: 'Moved', app: { bio: 'kept' } } },
    });
    expect(await item()).toMatchObject({ email: address, verifiedEmail: address, app: { bio: 'kept' } });
  });

  it('refuses a user who has been banned, whose webhook was lost, and stores the ban', async () => {
    const { user, send, item } = await signedIn();
    await dropWebhooks();
    await world.clerk.users.banUser(user.id);
    expect(codeOf(await send('POST /users/sync'))).toEqual([403, 'user_banned']);
    expect(await item()).toMatchObject({ banned: true });
    // From now on the authorizer knows as well.
    expect((await send('POST /users/sync')).body).toEqual({ message: 'Forbidden' });
  });

  it('deletes nobody whom Clerk does not have: that is for the webhook, or a run', async () => {
    const { user, send, item } = await signedIn();
    const before = await item();
    await dropWebhooks();
    await world.clerk.users.deleteUser(user.id);
    expect(codeOf(await send('POST /users/sync'))).toEqual([404, 'user_not_found']);
    expect(await item()).toEqual(before);
  });

  it('never brings back a user who was deleted', async () => {
    const { user, send } = await signedIn();
    await world.clerk.users.deleteUser(user.id);
    await world.flushWebhooks();
    expect((await send('POST /users/sync')).status).toBe(403);
    expect(await world.item(user.id)).toHaveProperty('deletedAt');
  });

  it('asks to come again, and says when, while Clerk does not answer; the mirror goes on answering', async () => {
    const { token } = await signedIn();
    const unheard = await signedIn(signUpUnheard);
    await world.control('PUT', 'faults', { api: { rate5xx: 1 } });
    const answer = await api.send('POST /users/sync', { token });
    expect(codeOf(answer)).toEqual([503, 'unavailable']);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await api.send('GET /users/me', { token })).status).toBe(200);
    expect(codeOf(await api.send('GET /users/me', { token: unheard.token }))).toEqual([503, 'unavailable']);
  });

  it('creates one user, of however many requests of hers that come first at the same moment', async () => {
    const user = await signUpUnheard(world);
    const token = await world.token(user.id);
    const answers = await Promise.all([1, 2, 3, 4].map(() => api.sendPatiently('POST /users/sync', { token })));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 200, 200, 201]);
    expect(await world.item(user.id)).toMatchObject({ revision: 1 });
  });

  it('cannot keep a user whose metadata no table holds, and says so', async () => {
    const user = await signUpUnheard(world);
    await dropWebhooks();
    await world.clerk.users.updateUserMetadata(user.id, { publicMetadata: { n: 2 ** 53 } });
    const answer = await api.sendPatiently('POST /users/sync', { token: await world.token(user.id) });
    expect(codeOf(answer)).toEqual([500, 'unstorable_user']);
  });
});

describe('What the functions print', () => {
  it('holds no token, no address, no name and no attribute', async () => {
    const { user, token, patch, send } = await signedIn(signUpSomebody);
    await send('POST /users/sync');
    await patch({ bio: 'quetzal-biography', quetzalName: 1 });
    await api.send('PATCH /users/me', { token, body: '{"app":{"bio":"quetzal-broken' });
    await world.flushWebhooks();
    const logs = (await (await fetch(`${stack.file.api}/__local/logs?limit=10000`)).json()) as { line: string }[];
    const printed = logs.map(({ line }) => line).join('\n');
    expect(printed).toContain(`"userId":"${user.id}"`);
    expect(printed).toContain('app attributes changed');
    expect(['quetzal', 'Quetzal', 'secret-mail'].filter((secret) => printed.includes(secret))).toEqual([]);
    expect(token).toMatch(TOKEN_IN_TEXT);
    expect(printed).not.toMatch(TOKEN_IN_TEXT);
  });
});
