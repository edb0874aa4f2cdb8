import { beforeEach, describe, expect, it } from 'vitest';
import { StoreUnavailable } from '../../../shared/ports/user-store.ts';
import { applySnapshot } from '../../../shared/sync/apply-snapshot.ts';
import { replayEvent } from '../../../shared/sync/events/replay-event.ts';
import { directoryUser, NOW } from '../../support/functions/parts.ts';
import type { WebhookWorld } from '../../support/functions/webhook-world.ts';
import { createWebhookWorld, userCreated } from '../../support/functions/webhook-world.ts';

const HOUR_MS = 3_600_000;

let world: WebhookWorld;
beforeEach(() => {
  world = createWebhookWorld();
});

const belongTo = (instanceId: string): void => {
  world.deps = { ...world.deps, instance: { get: () => Promise.resolve(instanceId) } };
};
const replay = (id = 'msg_1') => replayEvent(id, world.deps);
const waits = async (id = 'msg_1'): Promise<boolean> => (await world.deps.quarantine.get(id)) !== undefined;

/** Sends an event that is refused because the table belongs to another instance, and lets the table be its own again. */
async function quarantine(payload: object, id = 'msg_1'): Promise<void> {
  belongTo('ins_theirs');
  const answer = await world.receive(world.signed({ ...payload, instance_id: 'ins_ours' }, { id }));
  expect(answer).toEqual({ status: 200, outcome: 'quarantined' });
  belongTo('ins_ours');
}

const deletion = (envelope: object = {}) => ({
  type: 'user.deleted',
  data: { object: 'user', id: 'user_one', deleted: true },
  ...envelope,
});

describe('A quarantined event that is replayed', () => {
  it('goes through the same rule as when it came, and out of quarantine', async () => {
    await quarantine(userCreated());
    expect(await replay()).toEqual({ status: 'done', outcome: 'created' });
    expect((await world.parts.memory.get('user_one'))?.profile.content.firstName).toBe('Zoë');
    expect(await waits()).toBe(false);
    expect(await replay()).toEqual({ status: 'unknown' });
  });

  it('is counted and logged as an administrator’s, not as a webhook that has just come', async () => {
    await quarantine(userCreated());
    await world.parts.time.advance(10 * HOUR_MS);
    await replay();
    expect(world.parts.metrics.sum('SyncCreated', { Path: 'admin' })).toBe(1);
    expect(world.parts.metrics.sum('SyncLag', { Path: 'webhook' })).toBe(0);
    expect(world.parts.metrics.sum('WebhookReceived')).toBe(1);
    expect(await world.parts.memory.get('user_one')).toMatchObject({ changedBy: 'admin' });
    expect(world.parts.log.lines.at(-1)).toMatchObject({
      message: 'event replayed',
      facts: { outcome: 'created', messageId: 'msg_1' },
    });
  });

  it('after a younger one is stale, and out of quarantine all the same', async () => {
    await quarantine(userCreated());
    await world.receive(world.signed(userCreated({ first_name: 'Younger', updated_at: NOW - 10 })));
    expect(await replay()).toEqual({ status: 'done', outcome: 'stale' });
    expect((await world.parts.memory.get('user_one'))?.profile.content.firstName).toBe('Younger');
    expect(await waits()).toBe(false);
  });

  it('never revives a user who has been deleted since', async () => {
    await quarantine(userCreated());
    await world.receive(world.signed(deletion({ timestamp: NOW - 10 })));
    expect(await replay()).toEqual({ status: 'done', outcome: 'stale' });
    expect((await world.parts.memory.get('user_one'))?.tombstone).toEqual({ deletedAt: NOW - 10 });
  });

  it('without a time of its own counts from when it first came: what has happened since stands', async () => {
    await quarantine(deletion());
    await world.parts.time.advance(HOUR_MS);
    const restored = directoryUser('user_one', { asOf: NOW });
    const start = { source: 'deletion', id: 'user_one', at: NOW - 1 } as const;
    await applySnapshot(world.deps, start, { path: 'webhook', budgetMs: 1_000 });
    const read = { source: 'read', ...restored, seenAt: world.parts.clock.now(), lifts: 'deleted' } as const;
    await applySnapshot(world.deps, read, { path: 'reconciler', budgetMs: 1_000 });
    await world.parts.time.advance(HOUR_MS);
    expect(await replay()).toEqual({ status: 'done', outcome: 'stale' });
    expect((await world.parts.memory.get('user_one'))?.tombstone).toBeUndefined();
  });

  it.each([
    ['cannot be read', { type: 'user.deleted', data: { deleted: true } }, 'no-id'],
    ['is another instance’s', userCreated({}, { instance_id: 'ins_theirs' }), 'another-instance'],
  ])('and still %s stays, with the reason and time that it first had', async (_why, payload, reason) => {
    belongTo('ins_ours');
    await world.receive(world.signed(payload, { id: 'msg_1' }));
    const before = await world.deps.quarantine.get('msg_1');
    await world.parts.time.advance(HOUR_MS);
    expect(await replay()).toMatchObject({ status: 'unusable', reason });
    expect(await world.deps.quarantine.get('msg_1')).toEqual(before);
    expect(world.parts.log.lines.at(-1)).toMatchObject({ facts: { outcome: 'unusable', reason } });
  });

  it('while the table is down stays, and is applied later', async () => {
    await quarantine(userCreated());
    world.parts.down.store = true;
    expect(await replay()).toEqual({ status: 'again' });
    expect(await waits()).toBe(true);
    world.parts.down.store = false;
    expect(await replay()).toEqual({ status: 'done', outcome: 'created' });
  });

  it('and applied, but not taken out, changes nothing the second time and is taken out then', async () => {
    await quarantine(userCreated());
    const { quarantine: kept } = world.deps;
    const dismiss = () => Promise.reject(new StoreUnavailable('away'));
    world.deps = { ...world.deps, quarantine: { ...kept, dismiss } };
    await expect(replay()).rejects.toThrow(StoreUnavailable);
    const applied = await world.parts.memory.get('user_one');
    world.deps = { ...world.deps, quarantine: kept };
    expect(await replay()).toEqual({ status: 'done', outcome: 'unchanged' });
    expect(await world.parts.memory.get('user_one')).toEqual(applied);
    expect(await waits()).toBe(false);
  });

  it('by two at a time is applied once', async () => {
    await quarantine(userCreated());
    const outcomes = await Promise.all([replay(), replay()]);
    expect(outcomes.map((each) => (each.status === 'done' ? each.outcome : each.status)).toSorted()).toEqual([
      'created',
      'unchanged',
    ]);
    expect((await world.parts.memory.get('user_one'))?.revision).toBe(1);
  });

  it('is unknown after its 30 days, and when nobody ever put it there', async () => {
    await quarantine(userCreated());
    await world.parts.time.advance(30 * 24 * HOUR_MS);
    expect(await replay()).toEqual({ status: 'unknown' });
    expect(await replay('msg_never')).toEqual({ status: 'unknown' });
    expect(world.parts.memory.users()).toEqual([]);
  });

  it('leaves no value of it in the log', async () => {
    await quarantine(userCreated({ first_name: 'SecretName' }));
    await replay();
    expect(JSON.stringify(world.parts.log.lines)).not.toContain('SecretName');
  });
});
