import { beforeEach, describe, expect, it } from 'vitest';
import { UnstorableUser } from '../../../shared/ports/user-store.ts';
import { applySnapshot } from '../../../shared/sync/apply-snapshot.ts';
import { directoryUser, NOW, record } from '../../support/functions/parts.ts';
import type { WebhookWorld } from '../../support/functions/webhook-world.ts';
import { createWebhookWorld, httpEvent, userCreated, webhookSecret } from '../../support/functions/webhook-world.ts';

let world: WebhookWorld;
beforeEach(() => {
  world = createWebhookWorld();
});

const deleted = (over: object = {}, timestamp: number | undefined = NOW - 500) => ({
  object: 'event',
  type: 'user.deleted',
  data: { object: 'user', id: 'user_one', deleted: true, ...over },
  timestamp,
});

describe('A signed event', () => {
  it('is applied, and answered with its outcome in words that nothing on the way may keep', async () => {
    const answer = await world.answer(httpEvent(world.signed(userCreated())));
    expect(answer).toEqual({
      statusCode: 200,
      headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
      body: '{"outcome":"created"}',
    });
    expect((await world.parts.memory.get('user_one'))?.profile.content.firstName).toBe('Zoë');
    expect(world.parts.metrics.sum('WebhookReceived', { Type: 'user.created' })).toBe(1);
  });

  it('that comes twice changes nothing the second time, and says so in the log', async () => {
    const message = world.signed(userCreated(), { id: 'msg_twice' });
    await world.receive(message);
    const before = await world.parts.memory.get('user_one');
    expect(await world.receive(message)).toEqual({ status: 200, outcome: 'unchanged' });
    expect(await world.parts.memory.get('user_one')).toEqual(before);
    expect(world.parts.log.lines.at(-1)).toMatchObject({ facts: { outcome: 'unchanged', messageId: 'msg_twice' } });
  });

  it('that is stale changes nothing, and says so in the log; one that changes something does not', async () => {
    await world.receive(world.signed(userCreated()));
    const said = (): readonly string[] => world.parts.log.lines.map(({ message }) => message);
    expect(said()).toEqual(['user synchronised']);
    const older = userCreated({ first_name: 'Older', updated_at: NOW - 60_000 });
    expect(await world.receive(world.signed(older, { id: 'msg_late' }))).toEqual({ status: 200, outcome: 'stale' });
    expect(said()).toEqual(['user synchronised', 'event changed nothing']);
    expect(world.parts.log.lines.at(-1)?.facts).toEqual({
      outcome: 'stale',
      userId: 'user_one',
      messageId: 'msg_late',
      because: 'older',
      eventTime: new Date(NOW - 60_000).toISOString(),
      storedTime: expect.stringMatching(/^2026-01-15T/) as unknown,
    });
    expect(world.parts.metrics.sum('SyncStale', { Path: 'webhook' })).toBe(1);
  });

  it.each([
    ['creation', userCreated(), ['created', 'unchanged']],
    ['deletion', deleted(), ['deleted', 'unchanged']],
  ])('of a %s that two endpoints deliver under one id, each with its own secret, is one event', async (...facts) => {
    const [, payload, outcomes] = facts;
    const second = webhookSecret(2);
    world.stored.webhookSecrets.push(second);
    const first = await world.receive(world.signed(payload, { id: 'msg_both' }));
    const again = await world.receive(world.signed(payload, { id: 'msg_both', secret: second }));
    expect([first.outcome, again.outcome]).toEqual(outcomes);
    expect((await world.parts.memory.get('user_one'))?.revision).toBe(1);
  });

  it('of a deletion that overtook the creation leaves a tombstone that the creation does not lift', async () => {
    expect(await world.receive(world.signed(deleted()))).toEqual({ status: 200, outcome: 'deleted' });
    expect(await world.receive(world.signed(userCreated()))).toEqual({ status: 200, outcome: 'stale' });
    const user = await world.parts.memory.get('user_one');
    expect(user).toMatchObject({ tombstone: { deletedAt: NOW - 500 }, profile: { content: { firstName: null } } });
  });

  it('of a deletion without a time counts from when it came', async () => {
    await world.receive(world.signed({ ...deleted(), timestamp: undefined }));
    expect((await world.parts.memory.get('user_one'))?.tombstone).toEqual({ deletedAt: NOW });
  });

  it.each(['organization.created', 'organizationMembership.deleted', 'session.revoked'])(
    'of the type %s is counted by its name and ignored',
    async (type) => {
      expect(await world.receive(world.signed({ type, data: { id: 'user_one' } }))).toEqual({
        status: 200,
        outcome: 'ignored',
      });
      expect(world.parts.metrics.sum('WebhookReceived', { Type: type })).toBe(1);
      expect(world.parts.calls).toEqual({ get: 0, write: 0 });
    },
  );

  it('of a type that nobody knows is counted under one name, so that no sender invents metrics', async () => {
    for (const type of ['user.promoted', 'x'.repeat(300), 'constructor'])
      expect((await world.receive(world.signed({ type }))).outcome).toBe('ignored');
    expect(world.parts.metrics.sum('WebhookReceived', { Type: 'unknown' })).toBe(3);
  });
});

describe('A signed event that cannot be used', () => {
  it.each([
    ['no-id', deleted({ id: undefined })],
    ['bad-id', deleted({ id: 'sess_one' })],
    ['no-user', userCreated({}, { data: null })],
    ['bad-email', userCreated({ primary_email_address_id: 'idn_1', email_addresses: 'none' })],
    ['no-type', { data: {} }],
    ['bad-envelope', '{"type":"user.cre'],
    ['bad-envelope', ''],
    ['bad-envelope', '['.repeat(100_000)],
  ])('(%s) goes into quarantine to the letter, with its reason and time, and is answered 200', async (reason, sent) => {
    const message = world.signed(sent, { id: 'msg_odd' });
    expect(await world.receive(message)).toEqual({ status: 200, outcome: 'quarantined' });
    expect(await world.deps.quarantine.get('msg_odd')).toMatchObject({ reason, body: message.body, firstAt: NOW });
    expect(world.parts.memory.users()).toEqual([]);
    expect(world.parts.metrics.sum('WebhookQuarantined')).toBe(1);
    expect(world.parts.metrics.sum('WebhookReceived', { Type: 'unreadable' })).toBe(1);
    expect(world.parts.log.lines.at(-1)).toMatchObject({ level: 'warn', facts: { reason, messageId: 'msg_odd' } });
  });

  it('because the table can never keep it goes into quarantine, with its reason', async () => {
    const write = () => Promise.reject(new UnstorableUser('too deep'));
    world.deps = { ...world.deps, store: { ...world.parts.store, write } };
    const message = world.signed(userCreated(), { id: 'msg_deep' });
    expect(await world.receive(message)).toEqual({ status: 200, outcome: 'quarantined' });
    expect(await world.deps.quarantine.get('msg_deep')).toMatchObject({ reason: 'unstorable', userId: 'user_one' });
  });

  it('because it comes from another instance than the table belongs to goes into quarantine', async () => {
    world.deps = { ...world.deps, instance: { get: () => Promise.resolve('ins_ours') } };
    const foreign = world.signed(userCreated({}, { instance_id: 'ins_theirs' }), { id: 'msg_foreign' });
    expect(await world.receive(foreign)).toEqual({ status: 200, outcome: 'quarantined' });
    expect(world.parts.memory.users()).toEqual([]);
    expect(await world.deps.quarantine.get('msg_foreign')).toMatchObject({
      reason: 'another-instance',
      userId: 'user_one',
    });
  });

  it.each([['ins_ours'], [undefined], [null]])('does not come from the instance %s', async (instance_id) => {
    world.deps = { ...world.deps, instance: { get: () => Promise.resolve('ins_ours') } };
    expect((await world.receive(world.signed(userCreated({}, { instance_id })))).outcome).toBe('created');
  });

  it('does not come from an instance while no run has said whose the table is', async () => {
    const event = userCreated({}, { instance_id: 'ins_any' });
    expect((await world.receive(world.signed(event))).outcome).toBe('created');
  });
});

describe('What the log and the answers say', () => {
  it('holds no value of any field', async () => {
    const personal = { first_name: 'SecretName', email_addresses: [], public_metadata: { note: 'SecretNote' } };
    const answers = [
      world.signed(userCreated(personal)),
      world.signed(userCreated({ ...personal, created_at: 'SecretDate' })),
      world.signed(userCreated(personal), { secret: webhookSecret(2) }),
    ].map((message) => world.answer(httpEvent(message)));
    const said = JSON.stringify([await Promise.all(answers), world.parts.log.lines]);
    expect(world.parts.log.lines.length).toBeGreaterThan(0);
    expect(said).not.toContain('Secret');
  });
});

describe('What is logged of an event', () => {
  it('can be found by its message once the signature holds, and by nothing that a stranger sent', async () => {
    await world.receive(world.signed(userCreated(), { id: 'msg_found' }));
    expect(world.correlated).toEqual([{}, { messageId: 'msg_found' }]);
    await world.receive(world.signed(userCreated(), { id: 'msg_forged', secret: webhookSecret(7) }));
    expect(world.correlated.at(-1)).toEqual({});
  });
});

describe('An event that only Clerk can decide', () => {
  const stored = directoryUser('user_one', { asOf: NOW - 1_111 });
  beforeEach(() => {
    const read = { source: 'read', ...stored, seenAt: NOW - 1_100, lifts: 'none' } as const;
    return applySnapshot(world.parts, read, { path: 'reconciler', budgetMs: 1_000 });
  });

  it('is settled by asking', async () => {
    world.parts.clerkUsers.set('user_one', { ...stored, profile: { ...stored.profile, firstName: 'Asked' } });
    expect(await world.receive(world.signed(userCreated()))).toEqual({ status: 200, outcome: 'updated' });
    expect((await world.parts.memory.get('user_one'))?.profile.content.firstName).toBe('Asked');
  });

  it('is never turned into a deletion by asking', async () => {
    // Clerk may not have her yet, as far as its reads go: only to an event of some age its "no such user" is an answer.
    expect((await world.receive(world.signed(userCreated()))).status).toBe(503);
    await world.parts.time.advance(300_000);
    expect(await world.receive(world.signed(userCreated()))).toEqual({ status: 200, outcome: 'stale' });
    expect(world.parts.metrics.sum('SyncStale', { Path: 'webhook' })).toBe(1);
    expect(world.parts.log.lines.at(-1)).toMatchObject({
      message: 'event changed nothing',
      facts: { outcome: 'stale', because: 'absent-in-clerk' },
    });
    expect((await world.parts.memory.get('user_one'))?.tombstone).toBeUndefined();
  });

  it('does not get the better of a younger one by coming late, where its envelope has no time', async () => {
    world.parts.clerkUsers.clear();
    const at = { updated_at: NOW - 500, id: 'user_two' };
    const older = world.signed(userCreated({ ...at, banned: false }, { timestamp: undefined }));
    await world.receive(world.signed(userCreated({ ...at, banned: true })));
    await world.parts.time.advance(200_000);
    world.parts.clerkUsers.set(
      'user_two',
      directoryUser('user_two', { asOf: NOW - 500, record: record(null, { banned: true }) }),
    );
    await world.receive(older);
    expect((await world.parts.memory.get('user_two'))?.record?.content.banned).toBe(true);
  });

  it('is sent again while Clerk is down, and applied then', async () => {
    world.parts.down.clerk = true;
    const tie = world.signed(userCreated());
    const answer = await world.answer(httpEvent(tie));
    expect([answer.statusCode, answer.headers?.['retry-after']]).toEqual([503, '30']);
    expect(world.parts.metrics.sum('SyncFailed', { Path: 'webhook' })).toBe(1);
    expect(world.parts.log.lines.at(-1)).toMatchObject({ level: 'warn', facts: { reason: 'clerk-unavailable' } });
    world.parts.down.clerk = false;
    world.parts.clerkUsers.set('user_one', stored);
    expect((await world.receive(tie)).status).toBe(200);
  });
});
