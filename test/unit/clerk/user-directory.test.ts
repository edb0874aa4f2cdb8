import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { createUserDirectory } from '../../../shared/adapters/clerk/user-directory.ts';
import type { UserDirectoryOptions } from '../../../shared/adapters/clerk/user-directory.ts';
import { systemTimers } from '../../../shared/adapters/system/timers.ts';
import { CursorRefused, DirectoryUnavailable } from '../../../shared/ports/user-directory.ts';
import type { UserDirectory } from '../../../shared/ports/user-directory.ts';
import type { TestServer } from './support/http-server.ts';
import { clerkError, json, startServer } from './support/http-server.ts';
import { userJson } from './support/user-json.ts';

const SECRET_KEY = 'sk_test_example0000';

const servers: TestServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

async function directoryAt(answer: Answer, options: Partial<UserDirectoryOptions> = {}) {
  const server = await startServer(answer);
  servers.push(server);
  const directory = createUserDirectory({
    secretKey: () => SECRET_KEY,
    apiUrl: server.url,
    timers: systemTimers,
    timeoutMs: 5_000,
    ...options,
  });
  return { directory, server };
}

const answering =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (_request, response) =>
    json(response, status, body, headers);

async function failureOf(promise: Promise<unknown>): Promise<Error> {
  const outcome = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(outcome instanceof Error)) throw new Error('It did not fail.');
  return outcome;
}

const calls: readonly (readonly [string, (directory: UserDirectory) => Promise<unknown>])[] = [
  ['a user', (directory) => directory.getUser('user_ada1')],
  ['a page', (directory) => directory.listUsers({ limit: 10 })],
  ['a page of the last updated', (directory) => directory.listUpdated({ limit: 10, offset: 0 })],
  ['users by id', (directory) => directory.listUsersById(['user_ada1'])],
  ['the count', (directory) => directory.countUsers()],
  ['the instance', (directory) => directory.instanceId()],
];

describe("a page of Clerk's users", () => {
  it('is asked for in order of creation, with an explicit limit, the key and a fixed version', async () => {
    const { directory, server } = await directoryAt(answering(200, [userJson()]));
    const users = await directory.listUsers({ limit: 500, createdAfter: 1_700_000_000_000, startingAfter: 'user_a' });
    expect(users.map(({ id }) => id)).toEqual(['user_ada1']);
    const [request] = server.requests;
    const url = new URL(request?.url ?? '', server.url);
    expect(url.pathname).toBe('/v1/users');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      limit: '500',
      order_by: '+created_at',
      created_at_after: '1700000000000',
      starting_after: 'user_a',
    });
    expect(request?.headers).toMatchObject({
      authorization: `Bearer ${SECRET_KEY}`,
      'clerk-api-version': '2026-05-12',
    });
  });

  it('is asked for by offset where the last updated come first, and is an error in any other order', async () => {
    const [older, newer] = [userJson({ updated_at: 1 }), userJson({ id: 'user_b', updated_at: 2 })];
    const { directory, server } = await directoryAt(answering(200, [newer, older]));
    expect(await directory.listUpdated({ limit: 500, offset: 450 })).toHaveLength(2);
    const url = new URL(server.requests[0]?.url ?? '', server.url);
    expect(Object.fromEntries(url.searchParams)).toEqual({ limit: '500', offset: '450', order_by: '-updated_at' });
    const other = await directoryAt(answering(200, [older, newer]));
    const error = await failureOf(other.directory.listUpdated({ limit: 500, offset: 0 }));
    expect(error).toBeInstanceOf(DirectoryUnavailable);
    expect(error.message).toContain('order');
  });

  it('is asked for of banned users alone', async () => {
    const { directory, server } = await directoryAt(answering(200, []));
    await directory.listUsers({ limit: 2, banned: true });
    const url = new URL(server.requests[0]?.url ?? '', server.url);
    expect(Object.fromEntries(url.searchParams)).toEqual({ limit: '2', order_by: '+created_at', banned: 'true' });
  });

  it('asks for the version that the pinned package asks for', async () => {
    const { directory, server } = await directoryAt(answering(200, userJson()));
    await directory.getUser('user_ada1');
    await failureOf(directory.listUsers({ limit: 1 }));
    const [byPackage, byFetch] = server.requests.map(({ headers }) => headers['clerk-api-version']);
    expect(byFetch).toBe(byPackage);
  });

  it('from before all time needs no bound, and the epoch is one', async () => {
    const { directory, server } = await directoryAt(answering(200, []));
    await directory.listUsers({ limit: 1, createdAfter: -1 });
    await directory.listUsers({ limit: 1, createdAfter: 0 });
    const bounds = server.requests.map(({ url }) =>
      new URL(url ?? '', server.url).searchParams.get('created_at_after'),
    );
    expect(bounds).toEqual([null, '0']);
  });

  it.each([0, 501, -1, 1.5, Number.NaN])('of %d users is a mistake that Clerk is not asked about', async (limit) => {
    const { directory, server } = await directoryAt(answering(200, []));
    await expect(directory.listUsers({ limit })).rejects.toThrow(RangeError);
    expect(server.requests).toHaveLength(0);
  });

  it.each([
    ['an object', { data: [userJson()] }, 'not a list'],
    ['null', 'null', 'not a list'],
    ['a text', '"users"', 'not a list'],
    ['half a list', '[{"id":"user_a"', 'not JSON'],
    ['nothing', '', 'not JSON'],
    ['a web page', '<html></html>', 'not JSON'],
    ['a user that cannot be read', [userJson(), userJson({ id: 5 })], 'position 1 cannot be read (bad-id)'],
    [
      'a user with an id who cannot be read',
      [userJson({ id: 'user_odd', created_at: 'x' })],
      'user user_odd cannot be read',
    ],
    ['null for a user', [null], 'position 0 cannot be read (no-user)'],
    ['users in another order', [userJson({ created_at: 2 }), userJson({ created_at: 1 })], 'order'],
  ])('that is %s is an error, never fewer users', async (_name, body, message) => {
    const { directory } = await directoryAt(answering(200, body));
    const error = await failureOf(directory.listUsers({ limit: 10 }));
    expect(error).toBeInstanceOf(DirectoryUnavailable);
    expect(error.message).toContain(message);
  });

  it('that breaks off is an error', async () => {
    const { directory } = await directoryAt((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      response.write(`[${JSON.stringify(userJson())}`, () => response.destroy());
    });
    expect(await failureOf(directory.listUsers({ limit: 10 }))).toBeInstanceOf(DirectoryUnavailable);
  });

  it('is not read from where a redirect leads', async () => {
    const target = await startServer(answering(200, []));
    servers.push(target);
    const { directory } = await directoryAt((_request, response) => {
      response.writeHead(302, { location: `${target.url}/v1/users` }).end();
    });
    expect(await failureOf(directory.listUsers({ limit: 10 }))).toBeInstanceOf(DirectoryUnavailable);
    expect(target.requests).toHaveLength(0);
  });

  it.each([400, 404, 410, 422])('whose cursor is refused with %d says so', async (status) => {
    const { directory } = await directoryAt(answering(status, clerkError('form_param_value_invalid')));
    const withCursor = directory.listUsers({ limit: 10, startingAfter: 'user_gone' });
    expect(await failureOf(withCursor)).toBeInstanceOf(CursorRefused);
    expect(await failureOf(directory.listUsers({ limit: 10 }))).toBeInstanceOf(DirectoryUnavailable);
  });

  it.each([401, 403, 408, 429, 500, 503])('with a cursor and status %d says nothing of the cursor', async (status) => {
    const { directory } = await directoryAt(answering(status, clerkError('refused')));
    const error = await failureOf(directory.listUsers({ limit: 10, startingAfter: 'user_a' }));
    expect(error).toMatchObject({ name: 'DirectoryUnavailable', status });
  });
});

describe('users by id', () => {
  it('are asked for in one call, each once', async () => {
    const { directory, server } = await directoryAt(answering(200, [userJson()]));
    const users = await directory.listUsersById(['user_ada1', 'user_b', 'user_b']);
    expect(users.map(({ id }) => id)).toEqual(['user_ada1']);
    const { searchParams } = new URL(server.requests[0]?.url ?? '', server.url);
    expect(searchParams.getAll('user_id')).toEqual(['user_ada1', 'user_b']);
    expect(searchParams.get('limit')).toBe('500');
  });

  it('are none without a call when none are asked for', async () => {
    const { directory, server } = await directoryAt(answering(500, {}));
    expect(await directory.listUsersById([])).toEqual([]);
    expect(server.requests).toHaveLength(0);
  });

  it('are at most a hundred', async () => {
    const { directory } = await directoryAt(answering(200, []));
    const ids = Array.from({ length: 101 }, (_, number) => `user_${number}`);
    await expect(directory.listUsersById(ids)).rejects.toThrow(RangeError);
  });

  it('are an error when others come: the filter was not understood', async () => {
    const { directory } = await directoryAt(answering(200, [userJson()]));
    expect(await failureOf(directory.listUsersById(['user_b']))).toBeInstanceOf(DirectoryUnavailable);
  });
});

describe('one user', () => {
  it('is absent only by the one answer that means it', async () => {
    const { directory } = await directoryAt(answering(404, clerkError('resource_not_found')));
    expect(await directory.getUser('user_gone')).toBeUndefined();
  });

  it.each([
    ['404 with another code', answering(404, clerkError('instance_not_found'))],
    ['404 without a code', answering(404, {})],
    ['404 of a proxy', answering(404, '<html>resource_not_found</html>', { 'content-type': 'text/html' })],
    ['410', answering(410, clerkError('resource_not_found'))],
    ['422', answering(422, clerkError('resource_not_found'))],
    ['an empty body', answering(200, '')],
    ['null', answering(200, 'null')],
    ['a list', answering(200, [userJson()])],
    ['another user', answering(200, userJson({ id: 'user_other' }))],
    ['a deleted object', answering(200, { object: 'user', id: 'user_gone', deleted: true })],
    ['a user that cannot be read', answering(200, userJson({ id: 'user_gone', updated_at: 'now' }))],
    ['another kind of JSON', answering(200, userJson({ id: 'user_gone' }), { 'content-type': 'text/plain' })],
  ])('is not absent by %s', async (_name, answer) => {
    const { directory } = await directoryAt(answer);
    expect(await failureOf(directory.getUser('user_gone'))).toBeInstanceOf(DirectoryUnavailable);
  });

  it('is not asked for by an id that would be another path', async () => {
    const { directory, server } = await directoryAt(answering(200, userJson()));
    await expect(directory.getUser('../instance')).rejects.toThrow(TypeError);
    expect(server.requests).toHaveLength(0);
  });
});

describe('count and instance', () => {
  it('are read', async () => {
    const { directory } = await directoryAt((request, response) => {
      if (request.url === '/v1/users/count') return json(response, 200, { object: 'total_count', total_count: 0 });
      return json(response, 200, {
        object: 'instance',
        id: 'ins_1',
        environment_type: 'development',
        allowed_origins: null,
      });
    });
    expect(await directory.countUsers()).toBe(0);
    expect(await directory.instanceId()).toBe('ins_1');
  });

  it.each([
    {},
    { object: 'total_count' },
    { object: 'total_count', total_count: '5' },
    'null',
    '"5"',
    { object: 'instance', id: 5 },
  ])('are an error when the answer is %j', async (body) => {
    const { directory } = await directoryAt(answering(200, body));
    expect(await failureOf(directory.countUsers())).toBeInstanceOf(DirectoryUnavailable);
    expect(await failureOf(directory.instanceId())).toBeInstanceOf(DirectoryUnavailable);
  });
});

describe.each(calls)('asking for %s', (_name, call) => {
  it('tells how long to wait when the rate limit is used up', async () => {
    const { directory } = await directoryAt(answering(429, clerkError('too_many_requests'), { 'retry-after': '7' }));
    const error = await failureOf(call(directory));
    expect(error).toMatchObject({ name: 'DirectoryUnavailable', status: 429, retryAfterMs: 7_000 });
  });

  it('takes a failure for a failure', async () => {
    const { directory } = await directoryAt(answering(503, 'Service Unavailable', { 'content-type': 'text/plain' }));
    expect(await failureOf(call(directory))).toMatchObject({
      name: 'DirectoryUnavailable',
      status: 503,
      retryAfterMs: undefined,
    });
  });

  it('with a wrong secret key says which setting to change, and not its value', async () => {
    const { directory } = await directoryAt(answering(401, clerkError('authentication_invalid')));
    const error = await failureOf(call(directory));
    expect(error).toMatchObject({ name: 'DirectoryUnavailable', status: 401 });
    expect(error.message).toMatch(/CLERK_SECRET_KEY.*CLERK_SECRET_ARN/);
    expect(error.message).not.toContain('sk_test');
  });

  it('with a key that was rotated reads it again and goes on', async () => {
    const answer: Answer = (request, response) => {
      const isNew = request.headers.authorization === 'Bearer sk_test_newexample00';
      json(response, isNew ? 503 : 401, clerkError('x'));
    };
    const rereadSecretKey = () => Promise.resolve('sk_test_newexample00');
    const { directory, server } = await directoryAt(answer, { rereadSecretKey });
    expect(await failureOf(call(directory))).toMatchObject({ status: 503 });
    expect(server.requests).toHaveLength(2);
  });

  it('with a key that is still refused asks once', async () => {
    const rereadSecretKey = () => Promise.resolve(SECRET_KEY);
    const { directory, server } = await directoryAt(answering(401, clerkError('x')), { rereadSecretKey });
    expect(await failureOf(call(directory))).toMatchObject({ status: 401 });
    expect(server.requests).toHaveLength(1);
  });

  it('without a key leaves Clerk out of reach and says why', async () => {
    const secretKey = () => Promise.reject(new Error('CLERK_SECRET_KEY is empty.'));
    const { directory, server } = await directoryAt(answering(200, []), { secretKey });
    const error = await failureOf(call(directory));
    expect(error).toBeInstanceOf(DirectoryUnavailable);
    expect(error.message).toContain('CLERK_SECRET_KEY is empty.');
    expect(server.requests).toHaveLength(0);
  });

  it('ends when its time is over', async () => {
    const { directory } = await directoryAt(() => undefined, { timeoutMs: 50 });
    expect(await failureOf(call(directory))).toMatchObject({ name: 'DirectoryUnavailable', status: undefined });
  });

  it('ends when nobody listens there', async () => {
    const { directory, server } = await directoryAt(answering(200, []));
    await server.close();
    expect(await failureOf(call(directory))).toMatchObject({ name: 'DirectoryUnavailable', status: undefined });
  });
});

describe('a caller who gives up', () => {
  it('gets an end at once, also before the call began', async () => {
    const { directory, server } = await directoryAt(() => undefined);
    const controller = new AbortController();
    const pending = failureOf(directory.getUser('user_ada1', { signal: controller.signal }));
    controller.abort(new Error('enough'));
    expect(await pending).toBeInstanceOf(DirectoryUnavailable);
    const asked = server.requests.length;
    const late = directory.listUsers({ limit: 1 }, { signal: controller.signal });
    expect(await failureOf(late)).toBeInstanceOf(DirectoryUnavailable);
    expect(server.requests).toHaveLength(asked);
  });
});
