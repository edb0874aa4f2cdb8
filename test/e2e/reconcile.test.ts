import { afterEach, beforeEach, describe, expect, it, inject } from 'vitest';
import type { LocalStack } from '../../infra/local/local-stack.ts';
import { startLocalStack } from '../../infra/local/local-stack.ts';
import type { World } from '../../scripts/demo/world.ts';
import { createWorld } from '../../scripts/demo/world.ts';
import { putItem } from '../support/e2e/put-item.ts';

let stack: LocalStack;
let world: World;

// Each test needs a world of its own: what a run does depends on every user there is.
beforeEach(async () => {
  stack = await startLocalStack({ assembly: inject('assembly'), timeAccelerationForDurableWaits: 0.1 });
  world = createWorld(stack.file);
  await world.control('PUT', 'faults', { webhooks: { drop: 1 } });
});
afterEach(() => stack?.close());

async function importUsers(
  count: number,
  createdAt: (n: number) => number = (n) => Date.UTC(2025, 0, 1) + n * 1_000,
): Promise<void> {
  const users = Array.from({ length: count }, (_, n) => ({
    email_address: [`imported${n}@example.com`],
    first_name: `I${n}`,
    created_at: createdAt(n),
  }));
  expect((await world.control('POST', 'users/import', { users })).status).toBe(200);
}

async function run() {
  const { status, body } = await world.fireFullRun();
  expect(status).toBe(200);
  return body;
}

async function runIncremental() {
  const { status, body } = await world.fireIncrementalRun();
  expect(status).toBe(200);
  return body;
}

async function removeFromClerk(count: number): Promise<void> {
  const { data } = await world.clerk.users.getUserList({ limit: count, orderBy: '+created_at' });
  for (const user of data) await world.clerk.users.deleteUser(user.id);
}

describe('A full run', () => {
  it('mirrors everyone, and the next one finds and writes nothing', async () => {
    // 700 to one instant: they straddle the end of Clerk's page of 500 in an order that is Clerk's own.
    await importUsers(1_200, (n) => (n < 700 ? Date.UTC(2025, 5, 1) : Date.UTC(2025, 5, 1) + n));
    expect(await run()).toMatchObject({
      status: 'repaired',
      clerkUsers: 1_200,
      storedUsers: 1_200,
      created: 1_200,
      deleted: 0,
    });
    expect((await world.compare()).mismatches).toEqual([]);
    expect(await run()).toMatchObject({
      status: 'in-sync',
      clerkUsers: 1_200,
      storedUsers: 1_200,
      created: 0,
      updated: 0,
      deleted: 0,
      drift: {},
    });
  });

  it('deletes whom Clerk confirms gone, and says which fields drifted', async () => {
    await importUsers(60);
    await run();
    await removeFromClerk(5);
    const { data } = await world.clerk.users.getUserList({ limit: 1 });
    await world.clerk.users.updateUser(data[0]!.id, { firstName: 'Drifted' });
    expect(await run()).toMatchObject({
      status: 'repaired',
      clerkUsers: 55,
      storedUsers: 55,
      updated: 1,
      deleted: 5,
      drift: { firstName: 1 },
    });
    expect((await world.compare()).mismatches).toEqual([]);
  });

  it('holds more deletions than its guard allows, and deletes nothing', async () => {
    await importUsers(60);
    await run();
    await removeFromClerk(21);
    expect(await run()).toMatchObject({ status: 'held', deleted: 0 });
    expect((await world.compare()).users).toEqual({ clerk: 39, table: 60 });
  });

  it('takes an empty list of Clerk for a failure of the list, not for the end of all users', async () => {
    await importUsers(3);
    await run();
    await removeFromClerk(3);
    expect(await run()).toMatchObject({ status: 'held', deleted: 0 });
    expect((await world.compare()).users.table).toBe(3);
  });

  it('rides out a Clerk that limits its rate and fails now and then', async () => {
    await importUsers(1_100);
    await world.control('PUT', 'faults', { webhooks: { drop: 1 }, api: { rate429: 0.1, rate5xx: 0.1 } });
    const summary = await run();
    await world.control('PUT', 'faults', { webhooks: { drop: 1 } });
    expect(summary).toMatchObject({ status: 'repaired', created: 1_100, deleted: 0 });
    expect((await world.compare()).mismatches).toEqual([]);
  });

  it('refuses a table that belongs to another Clerk instance, and changes nothing', async () => {
    await importUsers(5);
    await putItem(stack.file, { pk: 'settings#instance', instanceId: 'ins_another' });
    expect(await run()).toMatchObject({ status: 'failed', created: 0 });
    expect((await world.compare()).users.table).toBe(0);
  });
});

describe('An incremental run', () => {
  it('is scheduled beside the full one', async () => {
    const list: unknown = await (await fetch(`${stack.file.api}/__local/schedules`)).json();
    expect(list).toEqual([
      { name: 'full', expression: 'cron(0 2 * * ? *)' },
      { name: 'incremental', expression: 'cron(30 * * * ? *)' },
    ]);
  });

  it('heals what lost webhooks have left: a change, a new user, a ban', async () => {
    await importUsers(60);
    await run();
    const { data } = await world.clerk.users.getUserList({ limit: 2 });
    await world.clerk.users.updateUser(data[0]!.id, { firstName: 'Drifted' });
    await world.clerk.users.banUser(data[1]!.id);
    await world.clerk.users.createUser({ emailAddress: ['new@example.com'] });
    const healed = await runIncremental();
    expect(healed).toMatchObject({ status: 'repaired', clerkUsers: 61, storedUsers: 61, created: 1, updated: 2 });
    expect(healed).toMatchObject({ drift: { firstName: 1, banned: 1 } });
    expect(healed).not.toHaveProperty('becauseFull');
    expect((await world.compare()).mismatches).toEqual([]);
    expect(await runIncremental()).toMatchObject({ status: 'in-sync' });
  });

  it('becomes a full one when the counts say that a deletion was lost', async () => {
    await importUsers(60);
    await run();
    await removeFromClerk(1);
    const summary = await runIncremental();
    expect(summary).toMatchObject({ status: 'repaired', deleted: 1, clerkUsers: 59, storedUsers: 59 });
    expect(summary['becauseFull']).toContain('60 live users and Clerk counts 59');
    expect((await world.compare()).mismatches).toEqual([]);
  });

  it('is a full one in a table that no run has gone through, and is skipped while another is at work', async () => {
    await importUsers(30);
    await putItem(stack.file, { pk: 'lease', holder: 'somebody', fence: 1, until: '2999-01-01T00:00:00.000Z' });
    expect(await runIncremental()).toMatchObject({ status: 'skipped', created: 0 });
    expect((await world.compare()).users.table).toBe(0);
    await putItem(stack.file, { pk: 'lease', fence: 1 });
    const first = await runIncremental();
    expect(first).toMatchObject({ status: 'repaired', created: 30 });
    expect(first['becauseFull']).toContain('no watermark');
  });
});
