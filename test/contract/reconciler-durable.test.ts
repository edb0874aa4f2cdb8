import { OperationType, withDurableExecution } from '@aws/durable-execution-sdk-js';
import { LocalDurableTestRunner } from '@aws/durable-execution-sdk-js-testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reconcile } from '../../functions/reconciler/reconcile.ts';
import { DirectoryUnavailable } from '../../shared/ports/user-directory.ts';
import { clerkUser, clerkUsers, userId } from '../unit/reconciler/support/clerk.ts';
import type { World } from '../unit/reconciler/support/world.ts';
import { createWorld, liveUsers, usersOfClerk } from '../unit/reconciler/support/world.ts';

/** Runs the reconciler under the real SDK, which suspends and replays it as the service does. */
async function execute(world: World, payload: unknown = { mode: 'full' }) {
  const handlerFunction = withDurableExecution((event: unknown, context) => reconcile(event, context, world.deps));
  return new LocalDurableTestRunner({ handlerFunction }).run({ payload });
}

describe('the reconciler as a durable execution of the SDK', () => {
  beforeAll(() => LocalDurableTestRunner.setupTestEnvironment({ skipTime: true }));
  afterAll(() => LocalDurableTestRunner.teardownTestEnvironment());

  it('is done with a small table in one invocation', async () => {
    const world = createWorld({ pageSize: 20 });
    world.clerk.add(...clerkUsers(50));
    await world.mirror([...clerkUsers(10), clerkUser(60)]);

    const execution = await execute(world);

    expect(execution.getStatus()).toBe('SUCCEEDED');
    expect(execution.getResult()).toMatchObject({ status: 'repaired', created: 40, deleted: 1, storedUsers: 50 });
    expect(execution.getInvocations()).toHaveLength(1);
    expect(execution.getOperations().map((operation) => operation.getName())).toEqual([
      'begin',
      'lease-1',
      'open',
      'walk-1',
      'unknown',
      'judge',
      'delete-1',
      'conflicts-1',
      'erased',
      'close',
    ]);
    expect(liveUsers(world)).toEqual(usersOfClerk(world));
  });

  it('goes on in further invocations when it takes long, and repeats no chunk', async () => {
    const world = createWorld({ pageSize: 5 });
    world.clerk.add(...clerkUsers(100));
    world.clerk.before = (call) => (call.method === 'listUsers' ? world.time.advance(10_000) : undefined);

    const execution = await execute(world);

    expect(execution.getResult()).toMatchObject({
      status: 'repaired',
      created: 100,
      clerkUsers: 100,
      storedUsers: 100,
    });
    expect(execution.getInvocations().length).toBeGreaterThan(1);
    const waits = execution.getOperations().filter((operation) => operation.getType() === OperationType.WAIT);
    expect(waits.length).toBeGreaterThan(3);
    expect(world.writes).toHaveLength(100);
    // One page more than the users need for every chunk, which reads its first page's time again, and the empty one.
    expect(world.clerk.count('listUsers')).toBeLessThan(35);
  });

  it('waits for Clerk, goes on where it was, and counts exactly', async () => {
    const world = createWorld({ pageSize: 5 });
    world.clerk.add(...clerkUsers(40));
    let failures = 3;
    world.clerk.before = (call) => {
      if (call.method === 'instanceId' || (call.method === 'listUsers' && call.number > 3)) {
        failures -= 1;
        if (failures >= 0) throw new DirectoryUnavailable('Clerk answered 503.', { status: 503 });
      }
    };

    const execution = await execute(world);

    expect(execution.getStatus()).toBe('SUCCEEDED');
    expect(execution.getResult()).toMatchObject({ status: 'repaired', created: 40, storedUsers: 40 });
    expect(execution.getInvocations().length).toBeGreaterThan(1);
    expect(liveUsers(world)).toEqual(usersOfClerk(world));
  });

  it('answers a run that failed instead of throwing, so that nobody starts it again at once', async () => {
    const world = createWorld();
    world.clerk.add(...clerkUsers(5));
    await world.mirror([clerkUser(9)]);
    world.clerk.before = (call) => {
      if (call.method === 'countUsers') throw new DirectoryUnavailable('Clerk answered 503.', { status: 503 });
    };
    const execution = await execute(world);
    expect(execution.getStatus()).toBe('SUCCEEDED');
    expect(execution.getResult()).toMatchObject({ status: 'failed', failedBecause: 'Clerk answered 503.', created: 0 });
    expect(world.writes).toEqual([]);
    expect(world.metrics.sum('ReconcileFailed')).toBe(1);
  });

  it('goes on from an incremental run to a full one in the same execution', async () => {
    const world = createWorld({ pageSize: 20 });
    world.clerk.add(...clerkUsers(50));
    await world.mirror(clerkUsers(50));
    await world.run();
    world.clerk.users.delete(userId(7));

    const execution = await execute(world, { mode: 'incremental' });

    expect(execution.getResult()).toMatchObject({ status: 'repaired', deleted: 1, storedUsers: 49 });
    expect(execution.getOperations().map((operation) => operation.getName())).toEqual([
      'begin',
      'lease-1',
      'resume',
      'updated-1',
      'banned-1',
      'clerk-1',
      'stored-1',
      'clerk-2',
      'recount-wait',
      'recount-1',
      'clerk-3',
      'open',
      'walk-1',
      'unknown',
      'judge',
      'delete-1',
      'conflicts-1',
      'erased',
      'close',
    ]);
  });

  it('fails on an event that it does not know', async () => {
    const execution = await execute(createWorld(), { mode: 'sideways' });
    expect(execution.getStatus()).toBe('FAILED');
    expect(execution.getError().errorMessage).toContain('"sideways"');
  });
});
