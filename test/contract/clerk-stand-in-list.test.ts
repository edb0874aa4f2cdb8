import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStandIn } from '../support/clerk/stand-in.ts';
import type { StandInUnderTest } from '../support/clerk/stand-in.ts';

const BASE = Date.UTC(2024, 0, 1);

interface Listed {
  readonly id: string;
  readonly created_at: number;
  readonly first_name: string | null;
}

/** Users in groups of seven with one creation time, in a shuffled order. */
function seededUsers(count: number): object[] {
  return Array.from({ length: count }, (_, index) => {
    const shuffled = (index * 37) % count;
    return {
      id: `user_${String(shuffled).padStart(5, '0')}`,
      email_address: [`person-${shuffled}@example.com`],
      username: `name-${String(count - shuffled).padStart(5, '0')}`,
      first_name: shuffled % 3 === 0 ? null : `First ${shuffled % 5}`,
      external_id: `app-${shuffled}`,
      banned: shuffled % 10 === 0,
      created_at: BASE + Math.floor(shuffled / 7) * 1000,
    };
  });
}

async function list(standIn: StandInUnderTest, query: string): Promise<Listed[]> {
  const { status, body, message } = await standIn.api('GET', `/users?${query}`);
  if (status !== 200) throw new Error(`No list for ${query}: ${status} ${message}`);
  return body as Listed[];
}

function ids(users: readonly Listed[]): string[] {
  return users.map(({ id }) => id);
}

async function walk(standIn: StandInUnderTest, order: string, limit: number, filter = ''): Promise<Listed[]> {
  const all: Listed[] = [];
  for (;;) {
    const cursor = all.length === 0 ? '' : `&starting_after=${all.at(-1)?.id}`;
    const page = await list(standIn, `order_by=${encodeURIComponent(order)}&limit=${limit}${cursor}${filter}`);
    all.push(...page);
    if (page.length < limit) return all;
  }
}

describe('listing users', () => {
  const COUNT = 200;
  let standIn: StandInUnderTest;

  beforeAll(async () => {
    standIn = await startStandIn({ seed: 42 });
    await standIn.control('POST', '/users/import', { users: seededUsers(COUNT) });
  });

  afterAll(() => standIn[Symbol.asyncDispose]());

  it('answers the ten newest when nothing else is asked for', async () => {
    const users = await list(standIn, '');
    expect(users).toHaveLength(10);
    const newest = (await walk(standIn, '-created_at', 500)).slice(0, 10);
    expect(ids(users)).toEqual(ids(newest));
    expect(users[0]?.created_at).toBe(BASE + Math.floor((COUNT - 1) / 7) * 1000);
  });

  it.each([
    ['500', COUNT],
    ['501', 10],
    ['0', 10],
    ['37', 37],
  ])('answers a limit of %s with %d users', async (limit, count) => {
    expect(await list(standIn, `limit=${limit}`)).toHaveLength(count);
  });

  it.each(['created_at', '+created_at', '-created_at'])(
    'walks every user once by cursor, ordered %s',
    async (order) => {
      for (const limit of [3, 7, 50]) {
        const users = await walk(standIn, order, limit);
        expect(new Set(ids(users)).size).toBe(COUNT);
        const times = users.map(({ created_at }) => created_at);
        expect(times).toEqual(times.toSorted((a, b) => (order.startsWith('-') ? b - a : a - b)));
      }
    },
  );

  it('gives the same order by offset as by cursor', async () => {
    const byCursor = await walk(standIn, 'created_at', 50);
    const pages = [0, 60, 120, 180].map((offset) => list(standIn, `order_by=created_at&limit=60&offset=${offset}`));
    expect(ids((await Promise.all(pages)).flat())).toEqual(ids(byCursor));
  });

  it('keeps a walk whole while users before and after the cursor come and go', async () => {
    const page = await list(standIn, 'order_by=created_at&limit=50');
    const rest = ids(await walk(standIn, 'created_at', 500)).slice(50);
    const [first, last] = [page[0]?.id ?? '', page.at(-1)?.id ?? ''];
    await standIn.client.users.deleteUser(first);
    const early = await standIn.client.users.createUser({ createdAt: new Date(BASE - 1000) });
    expect(ids(await list(standIn, `order_by=created_at&limit=500&starting_after=${last}`))).toEqual(rest);
    await standIn.client.users.deleteUser(early.id);
    await standIn.control('POST', '/users/import', {
      users: seededUsers(COUNT).filter((user) => 'id' in user && user.id === first),
    });
  });

  it.each([
    ['order_by=-updated_at&starting_after=user_00001', 'starting_after'],
    ['offset=5&starting_after=user_00001', 'starting_after'],
    ['starting_after=user_gone', 'starting_after'],
    ['order_by=shoe_size', 'order_by'],
    ['offset=-1', 'offset'],
    ['created_at_after=yesterday', 'created_at_after'],
    ['banned=perhaps', 'banned'],
    [Array.from({ length: 101 }, (_, index) => `user_id=user_${index}`).join('&'), 'user_id'],
    ['organization_id=org_1', 'organization_id'],
  ])('refuses %.60s with 422', async (query, name) => {
    const { status, parameter } = await standIn.api('GET', `/users?${query}`);
    expect([status, parameter]).toEqual([422, name]);
  });

  it('keeps only the first of several orders', async () => {
    const users = await list(standIn, 'order_by=username&order_by=created_at&limit=2');
    expect(ids(users)).toEqual([`user_${COUNT - 1}`.replace('_', '_00'), `user_${COUNT - 2}`.replace('_', '_00')]);
  });

  it.each([
    'email_address',
    'username',
    'first_name',
    'last_name',
    'phone_number',
    'last_active_at',
    'last_sign_in_at',
  ])('lists everyone ordered by %s, downwards as the reverse of upwards', async (field) => {
    const up = ids(await list(standIn, `limit=500&order_by=${field}`));
    const down = ids(await list(standIn, `limit=500&order_by=-${field}`));
    expect(up).toHaveLength(COUNT);
    expect(down).toEqual(up.toReversed());
  });

  it('puts users without a value last', async () => {
    const users = await list(standIn, 'limit=500&order_by=first_name');
    const names = users.map((user) => user.first_name);
    const firstNull = names.indexOf(null);
    expect(firstNull).toBeGreaterThan(0);
    expect(names.slice(firstNull).every((name) => name === null)).toBe(true);
  });

  it('orders by updated_at as users change', async () => {
    await standIn.client.users.updateUser('user_00012', { lastName: `Changed ${Date.now()}` });
    await standIn.client.users.updateUser('user_00003', { lastName: `Changed ${Date.now()}` });
    const users = await list(standIn, 'order_by=-updated_at&limit=2');
    expect(ids(users)).toEqual(['user_00003', 'user_00012']);
  });

  it.each([
    ['user_id=user_00001&user_id=user_00002&user_id=user_none', ['user_00001', 'user_00002']],
    ['user_id=user_00001,user_00002', ['user_00001', 'user_00002']],
    ['user_id=%2Buser_00001&user_id=+user_00002', ['user_00001', 'user_00002']],
    ['user_id=user_00001&user_id=-user_00001', []],
    ['email_address=PERSON-5@example.com', ['user_00005']],
    ['username=name-00200', ['user_00000']],
    ['external_id=app-9&external_id=app-8', ['user_00008', 'user_00009']],
    ['email_address_query=son-17@', ['user_00017']],
    ['query=NAME-00199', ['user_00001']],
    ['query=user_00044', ['user_00044']],
    [`created_at_after=${BASE + 27_000}`, ['user_00196', 'user_00197', 'user_00198', 'user_00199']],
    [
      `created_at_before=${BASE + 1000}`,
      ['user_00000', 'user_00001', 'user_00002', 'user_00003', 'user_00004', 'user_00005', 'user_00006'],
    ],
    [`created_at_after=${BASE}&created_at_before=${BASE + 1000}`, []],
    [`created_at_after=${BASE - 1}&created_at_before=${BASE + 1}&banned=true`, ['user_00000']],
  ])('filters by %s, in the list and in the count', async (query, expected) => {
    expect(ids(await list(standIn, `limit=500&${query}`)).toSorted()).toEqual(expected);
    const { body } = await standIn.api('GET', `/users/count?${query}`);
    expect(body).toEqual({ object: 'total_count', total_count: expected.length });
    expect(ids(await list(standIn, `limit=500&order_by=username&${query}`)).toSorted()).toEqual(expected);
  });

  it('excludes ids that have a minus', async () => {
    const users = ids(await list(standIn, 'limit=500&user_id=-user_00001&user_id=-user_00002'));
    expect(users).toHaveLength(COUNT - 2);
    expect(users).not.toContain('user_00001');
  });

  it('lists by cursor within a filter', async () => {
    const banned = await walk(standIn, 'created_at', 3, '&banned=true');
    expect(banned).toHaveLength(COUNT / 10);
    const few = await walk(standIn, '-created_at', 1, '&user_id=user_00001&user_id=user_00100&user_id=user_00050');
    expect(ids(few)).toEqual(['user_00100', 'user_00050', 'user_00001']);
  });
});

describe('the seed', () => {
  it('alone decides the order of users with one creation time', async () => {
    const users = Array.from({ length: 30 }, (_, index) => ({ id: `user_${index}`, created_at: BASE }));
    const orders: string[][] = [];
    for (const seed of [1, 1, 2]) {
      await using standIn = await startStandIn({ seed });
      await standIn.control('POST', '/users/import', { users });
      orders.push(ids(await walk(standIn, 'created_at', 7)));
    }
    expect(orders[1]).toEqual(orders[0]);
    expect(orders[2]).not.toEqual(orders[0]);
    expect(orders[2]?.toSorted()).toEqual(orders[0]?.toSorted());
  });

  it('draws the same ids again', async () => {
    const drawn: string[] = [];
    for (const seed of [5, 5, 6]) {
      await using standIn = await startStandIn({ seed });
      drawn.push((await standIn.client.users.createUser({ firstName: 'A' })).id);
    }
    expect(drawn[1]).toBe(drawn[0]);
    expect(drawn[2]).not.toBe(drawn[0]);
  });
});

describe('many users', () => {
  it('imports 100,000 users and lists any page of them quickly, also while they change', async () => {
    await using standIn = await startStandIn({ rateLimit: { requests: 100_000, windowMs: 1000 } });
    const users = Array.from({ length: 100_000 }, (_, index) => ({
      id: `user_${index}`,
      email_address: [`person-${index}@example.com`],
      created_at: BASE + ((index * 7919) % 100_000) * 10,
    }));
    await standIn.control('POST', '/users/import', { users });
    const cursor = (await list(standIn, 'order_by=created_at&limit=1&offset=99000'))[0]?.id;
    const start = process.cpuUsage();
    for (let round = 0; round < 20; round += 1) {
      await standIn.client.users.updateUser(`user_${round}`, { firstName: 'Changed' });
      expect(await list(standIn, `order_by=created_at&limit=100&starting_after=${cursor}`)).toHaveLength(100);
      expect(await list(standIn, 'order_by=-updated_at&limit=100')).toHaveLength(100);
    }
    // CPU time, which other processes do not change: 0.4 s; with a sort for each page it is more than 20 s.
    expect(process.cpuUsage(start).user / 1000).toBeLessThan(3000);
    expect(await standIn.client.users.getCount()).toBe(100_000);
  }, 90_000);
});
