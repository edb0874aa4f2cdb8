/** One contract for both directories: the real one against the stand-in for Clerk, and the one in memory. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ClerkStandIn } from '../../infra/local/clerk/index.ts';
import { startClerkStandIn } from '../../infra/local/clerk/index.ts';
import { createLocalClock } from '../../infra/local/clock.ts';
import { createUserDirectory } from '../../shared/adapters/clerk/user-directory.ts';
import { createMemoryUserDirectory } from '../../shared/adapters/memory/user-directory.ts';
import { systemTimers } from '../../shared/adapters/system/timers.ts';
import type { DirectoryPage, DirectoryUser, UserDirectory } from '../../shared/ports/user-directory.ts';
import { CursorRefused, DirectoryUnavailable } from '../../shared/ports/user-directory.ts';

/** One side of the contract: a directory and ways to change what it sees. */
interface Side {
  readonly directory: UserDirectory;
  readonly instanceId: string;
  put(users: readonly DirectoryUser[]): Promise<void>;
  remove(id: string): Promise<void>;
  /** From now on Clerk fails, or not. */
  fail(failing: boolean): Promise<void>;
  close(): Promise<void>;
}

const BORN = 1_700_000_000_000;

function person(
  id: string,
  overrides: {
    readonly createdAt?: number;
    readonly updatedAt?: number;
    readonly email?: string | null;
    readonly banned?: boolean;
  } = {},
): DirectoryUser {
  const email = overrides.email === undefined ? `${id.replace('user_', '')}@example.com` : overrides.email;
  return {
    id,
    profile: { email, firstName: 'Test', lastName: null, imageUrl: `https://img.example.com/${id}.png` },
    record: {
      verifiedEmail: email,
      username: null,
      externalId: `ext-${id}`,
      banned: overrides.banned ?? false,
      deprovisioned: false,
      publicMetadata: { cohort: { name: 'a', numbers: [1, 2.5, null] } },
      clerkCreatedAt: overrides.createdAt ?? BORN,
    },
    locked: false,
    asOf: overrides.updatedAt ?? BORN + 5_000,
  };
}

function memorySide(): Promise<Side> {
  const directory = createMemoryUserDirectory({ instanceId: 'ins_example' });
  return Promise.resolve({
    directory,
    instanceId: 'ins_example',
    put: async (users) => users.forEach((user) => directory.put(user)),
    remove: async (id) => directory.remove(id),
    fail: async (failing) =>
      directory.onCall(failing ? () => new DirectoryUnavailable('down', { status: 503 }) : undefined),
    close: () => Promise.resolve(),
  });
}

async function clerkSide(): Promise<Side> {
  const clerk = await startClerkStandIn({ clock: createLocalClock(), seed: 7 });
  const directory = createUserDirectory({
    secretKey: () => clerk.secretKey,
    apiUrl: clerk.url,
    timers: systemTimers,
    timeoutMs: 10_000,
  });
  return {
    directory,
    instanceId: clerk.instanceId,
    put: (users) => send(clerk, 'POST', '/__local/users/import', { users: users.map(importBody), webhooks: false }),
    remove: (id) => send(clerk, 'DELETE', `/v1/users/${id}`),
    fail: (failing) => send(clerk, 'PUT', '/__local/faults', failing ? { api: { rate5xx: 1 } } : {}),
    close: () => clerk.close(),
  };
}

async function send(clerk: ClerkStandIn, method: string, path: string, body?: object): Promise<void> {
  const response = await fetch(clerk.url + path, {
    method,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${clerk.secretKey}` },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
}

function importBody({ id, profile, record, asOf }: DirectoryUser): object {
  return {
    id,
    first_name: profile.firstName,
    last_name: profile.lastName,
    image_url: profile.imageUrl,
    external_id: record.externalId,
    banned: record.banned,
    public_metadata: record.publicMetadata,
    email_address: profile.email === null ? [] : [profile.email],
    created_at: new Date(record.clerkCreatedAt).toISOString(),
    updated_at: new Date(asOf).toISOString(),
  };
}

const byId = (users: readonly DirectoryUser[]) => users.toSorted((a, b) => (a.id < b.id ? -1 : 1));
const idsOf = (users: readonly DirectoryUser[]) => users.map(({ id }) => id);

describe.each([
  ['in memory', memorySide],
  ['over HTTP', clerkSide],
])('a user directory %s', (_name, open) => {
  let side: Side;

  beforeAll(async () => {
    side = await open();
  });
  beforeEach(async () => {
    await side.fail(false);
    for (;;) {
      const users = await side.directory.listUsers({ limit: 500 });
      if (users.length === 0) break;
      for (const { id } of users) await side.remove(id);
    }
  });
  afterAll(() => side.close());

  /** Every page by cursor, as a full run reads them. */
  async function walk(limit: number, from?: Omit<DirectoryPage, 'limit'>): Promise<DirectoryUser[]> {
    const seen: DirectoryUser[] = [];
    for (let page: DirectoryPage = { limit, ...from }; ;) {
      const users = await side.directory.listUsers(page);
      seen.push(...users);
      const last = users.at(-1);
      if (users.length < limit || !last) return seen;
      page = { ...page, startingAfter: last.id };
    }
  }

  it('gives a user whole', async () => {
    await side.put([person('user_one')]);
    expect(await side.directory.getUser('user_one')).toEqual(person('user_one'));
    expect(await side.directory.listUsers({ limit: 1 })).toEqual([person('user_one')]);
    expect(await side.directory.listUsersById(['user_one'])).toEqual([person('user_one')]);
  });

  it('gives a user without an email', async () => {
    await side.put([person('user_phone', { email: null })]);
    expect((await side.directory.getUser('user_phone'))?.profile.email).toBeNull();
  });

  it('knows of no user who was never there or is no more', async () => {
    await side.put([person('user_one')]);
    await side.remove('user_one');
    expect(await side.directory.getUser('user_one')).toBeUndefined();
    expect(await side.directory.getUser('user_never')).toBeUndefined();
    expect(await side.directory.listUsersById(['user_one', 'user_never'])).toEqual([]);
    expect(await side.directory.countUsers()).toBe(0);
  });

  it('lists none where there are none', async () => {
    expect(await side.directory.listUsers({ limit: 500 })).toEqual([]);
  });

  it('lists in order of creation, every user once, however many share a time and wherever pages end', async () => {
    const users = Array.from({ length: 23 }, (_, number) =>
      person(`user_${number}`, { createdAt: BORN + Math.floor(number / 7) }),
    );
    await side.put(users.toReversed());
    for (const limit of [1, 4, 7, 500]) {
      const seen = await walk(limit);
      const times = seen.map(({ record }) => record.clerkCreatedAt);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      expect(byId(seen)).toEqual(byId(users));
    }
  });

  it('lists those created after a time, not at it, with a cursor and without', async () => {
    await side.put([0, 1, 1, 2, 3].map((later, number) => person(`user_${number}`, { createdAt: BORN + later })));
    expect(idsOf(await walk(500, { createdAfter: BORN + 1 }))).toEqual(['user_3', 'user_4']);
    expect(idsOf(await walk(1, { createdAfter: BORN + 1 }))).toEqual(['user_3', 'user_4']);
    expect(await walk(500, { createdAfter: -1 })).toHaveLength(5);
    expect(await walk(500, { createdAfter: BORN + 3 })).toEqual([]);
  });

  it('lists the last updated first, from any place on, and every user once', async () => {
    const users = Array.from({ length: 23 }, (_, number) =>
      person(`user_${number}`, { updatedAt: BORN + Math.floor(number / 7) * 1_000 }),
    );
    await side.put(users);
    for (const limit of [1, 4, 500]) {
      const seen: DirectoryUser[] = [];
      for (let offset = 0; offset < 23; offset += limit) {
        seen.push(...(await side.directory.listUpdated({ limit, offset })));
      }
      const times = seen.map(({ asOf }) => asOf);
      expect(times).toEqual(times.toSorted((a, b) => b - a));
      expect(byId(seen)).toEqual(byId(users));
    }
    expect(await side.directory.listUpdated({ limit: 10, offset: 23 })).toEqual([]);
  });

  it('lists the banned alone, by cursor', async () => {
    const users = Array.from({ length: 9 }, (_, number) =>
      person(`user_${number}`, { createdAt: BORN + number, banned: number % 2 === 0 }),
    );
    await side.put(users);
    for (const limit of [1, 2, 500]) {
      expect(idsOf(await walk(limit, { banned: true }))).toEqual(['user_0', 'user_2', 'user_4', 'user_6', 'user_8']);
    }
    expect(idsOf(await walk(500, { banned: true, createdAfter: BORN + 4 }))).toEqual(['user_6', 'user_8']);
  });

  it('refuses a cursor whose user is gone', async () => {
    await side.put([person('user_one'), person('user_two', { createdAt: BORN + 1 })]);
    await side.remove('user_one');
    await expect(side.directory.listUsers({ limit: 1, startingAfter: 'user_one' })).rejects.toThrow(CursorRefused);
  });

  it('gives those of a hundred ids who exist', async () => {
    const users = Array.from({ length: 60 }, (_, number) => person(`user_${number}`));
    await side.put(users);
    const ids = Array.from({ length: 100 }, (_, number) => `user_${number + 10}`);
    expect(byId(await side.directory.listUsersById(ids))).toEqual(byId(users.slice(10)));
    expect(await side.directory.listUsersById([])).toEqual([]);
  });

  it('takes no more ids and no larger page than Clerk does', async () => {
    const ids = Array.from({ length: 101 }, (_, number) => `user_${number}`);
    await expect(side.directory.listUsersById(ids)).rejects.toThrow(RangeError);
    await expect(side.directory.listUsers({ limit: 501 })).rejects.toThrow(RangeError);
    await expect(side.directory.listUsers({ limit: 0 })).rejects.toThrow(RangeError);
    await expect(side.directory.listUpdated({ limit: 501, offset: 0 })).rejects.toThrow(RangeError);
  });

  it('counts users and names its instance', async () => {
    await side.put([person('user_one'), person('user_two')]);
    expect(await side.directory.countUsers()).toBe(2);
    expect(await side.directory.instanceId()).toBe(side.instanceId);
  });

  it('says when Clerk fails, whatever was asked, and never that there is no one', async () => {
    await side.fail(true);
    const { directory } = side;
    const calls = [
      () => directory.getUser('user_never'),
      () => directory.listUsers({ limit: 10 }),
      () => directory.listUsers({ limit: 10, startingAfter: 'user_never' }),
      () => directory.listUpdated({ limit: 10, offset: 0 }),
      () => directory.listUsersById(['user_never']),
      () => directory.countUsers(),
      () => directory.instanceId(),
    ];
    for (const call of calls) await expect(call()).rejects.toThrow(DirectoryUnavailable);
  });

  it('ends for a caller who has given up', async () => {
    const signal = AbortSignal.abort();
    await expect(side.directory.getUser('user_one', { signal })).rejects.toThrow(DirectoryUnavailable);
    await expect(side.directory.listUsers({ limit: 1 }, { signal })).rejects.toThrow(DirectoryUnavailable);
  });
});
