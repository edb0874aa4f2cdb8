import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDynamoDbInstanceStore } from '../../shared/adapters/dynamodb/instance-store.ts';
import { createDynamoDbQuarantine } from '../../shared/adapters/dynamodb/quarantine.ts';
import { createDynamoDbRunStore } from '../../shared/adapters/dynamodb/run-store.ts';
import { createDynamoDbUserStore } from '../../shared/adapters/dynamodb/user-store.ts';
import type { Run } from '../../shared/ports/run-store.ts';
import type { UserStore } from '../../shared/ports/user-store.ts';
import { StoreUnavailable, UnstorableUser } from '../../shared/ports/user-store.ts';
import { all } from '../support/contracts/user-store.ts';
import { aTokenUser, aUser, aWrite, create, NOW, PROFILE } from '../support/contracts/users.ts';
import { startTestTables } from '../support/dynamodb/test-tables.ts';
import type { TestTables } from '../support/dynamodb/test-tables.ts';

const ID = 'user_ada';
const KEY = { pk: 'user#user_ada' };
const clock = { now: () => NOW };

let tables: TestTables;
beforeAll(async () => {
  tables = await startTestTables();
});
afterAll(() => tables.close());

let tableName: string;
let store: UserStore;
beforeEach(async () => {
  tableName = await tables.create();
  store = createDynamoDbUserStore({ client: tables.client, tableName, clock });
});

async function item(key: Record<string, string>): Promise<unknown> {
  const { Item } = await tables.client.send(new GetCommand({ TableName: tableName, Key: key, ConsistentRead: true }));
  return Item;
}

async function setAttribute(name: string, value: unknown): Promise<void> {
  const command = new UpdateCommand({
    TableName: tableName,
    Key: KEY,
    UpdateExpression: 'SET #name = :value',
    ExpressionAttributeNames: { '#name': name },
    ExpressionAttributeValues: { ':value': value },
  });
  await tables.client.send(command);
}

describe('the item of a user', () => {
  it('has flat attributes, explicit nulls and the keys of its month', async () => {
    const createdAt = Date.UTC(2025, 11, 31, 23, 59, 59, 999);
    await create(
      store,
      { ...aUser(ID, { lastName: null }, { clerkCreatedAt: createdAt, username: null }), restoredAt: NOW - 1 },
      { held: { email: 'ada@example.com' } },
    );
    expect(await item(KEY)).toEqual({
      ...KEY,
      id: ID,
      ...PROFILE,
      lastName: null,
      profileAsOf: NOW - 60_000,
      profileSeenAt: NOW - 50_000,
      verifiedEmail: 'ada@example.com',
      reservedEmail: 'ada@example.com',
      hasHeldEmail: true,
      username: null,
      externalId: 'crm-1',
      banned: false,
      deprovisioned: false,
      publicMetadata: { cohort: 'spring' },
      clerkCreatedAt: createdAt,
      recordAsOf: NOW - 60_000,
      recordSeenAt: NOW - 49_999,
      locked: false,
      restoredAt: '2026-03-15T11:59:59.999Z',
      createdAt: '2026-03-15T12:00:00.000Z',
      updatedAt: '2026-03-15T12:00:00.000Z',
      revision: 1,
      schemaVersion: 1,
      fingerprint: 'print-of-user_ada',
      changedBy: 'webhook',
      app: {},
      group: 'created#2025-12',
      sort: '1767225599999#user_ada',
    });
  });

  it('has no attribute of a record that is not known, and stands in the list of unknown creation', async () => {
    await create(store, aTokenUser(ID));
    const attributes = Object.keys((await item(KEY)) as object);
    expect(attributes.toSorted((a, b) => (a < b ? -1 : 1))).toEqual([
      'app',
      'changedBy',
      'createdAt',
      'email',
      'fingerprint',
      'firstName',
      'group',
      'id',
      'imageUrl',
      'lastName',
      'locked',
      'pk',
      'profileAsOf',
      'profileSeenAt',
      'revision',
      'schemaVersion',
      'sort',
      'updatedAt',
    ]);
    expect(await item(KEY)).toMatchObject({ group: 'created#unknown', sort: '0000000000000#user_ada' });
  });

  it('loses its index keys, and keeps the rest, when it becomes a tombstone', async () => {
    const user = await create(store, aUser(ID));
    await store.write(aWrite({ ...user, tombstone: { deletedAt: NOW + 1, erasedAt: NOW + 2 } }, user));
    expect(await item(KEY)).toMatchObject({
      deletedAt: '2026-03-15T12:00:00.001Z',
      erasedAt: '2026-03-15T12:00:00.002Z',
      email: 'Ada@Example.com',
      username: 'ada',
    });
    expect(await item(KEY)).not.toHaveProperty('group');
    expect(await item(KEY)).not.toHaveProperty('sort');
  });

  it('keeps attributes that this version does not know', async () => {
    const user = await create(store, aUser(ID));
    await setAttribute('laterAttribute', 'later');
    await store.write(aWrite(aUser(ID, { firstName: 'Augusta' }), user));
    expect(await item(KEY)).toMatchObject({ laterAttribute: 'later', firstName: 'Augusta', revision: 2 });
  });

  it('shows an `app` that is no map as empty: what the application does with it must not lock its user out', async () => {
    await store.write(aWrite(aUser(ID)));
    await setAttribute('app', 'text');
    expect(await store.get(ID)).toMatchObject({ id: ID, app: {} });
  });

  it('shows what the application keeps in kinds that JSON does not have', async () => {
    await create(store, aUser(ID));
    await setAttribute('app', {
      tags: new Set(['a']),
      scores: new Set([1]),
      avatar: new Uint8Array([1, 2, 3]),
      views: 12_345_678_901_234_567_890n,
      precise: 2n ** 60n,
    });
    const shown = {
      tags: ['a'],
      scores: [1],
      avatar: 'AQID',
      views: '12345678901234567890',
      precise: '1152921504606846976',
    };
    expect((await store.get(ID))?.app).toEqual(shown);
    const lost = await store.write(aWrite(aUser(ID)));
    expect(lost).toMatchObject({ status: 'lost', current: { app: shown } });
  });

  it('may be as large as the estimate allows: the engine takes it', async () => {
    const publicMetadata = { text: 'é'.repeat(198_500) };
    await create(store, aUser(ID, {}, { publicMetadata }));
    expect((await store.get(ID))?.record?.content.publicMetadata).toEqual(publicMetadata);
    const larger = aUser('user_larger', {}, { publicMetadata: { text: 'é'.repeat(199_500) } });
    await expect(store.write(aWrite(larger))).rejects.toThrow(UnstorableUser);
  });

  it('may have as many members as the estimate allows: the engine takes it', async () => {
    const members = Array.from({ length: 44_000 }, (_, number) => [`k${number}`, number % 2 === 0] as const);
    const publicMetadata = Object.fromEntries(members);
    await create(store, aUser(ID, {}, { publicMetadata }));
    expect((await store.get(ID))?.record?.content.publicMetadata).toEqual(publicMetadata);
  });

  it.each([
    ['revision', 'seven', 'a number'],
    ['revision', 2n ** 60n, 'a number'],
    ['email', 7, 'a string'],
    ['banned', null, 'a boolean'],
    ['createdAt', 'yesterday', 'a time in ISO 8601'],
    ['deletedAt', 5, 'a string'],
    ['publicMetadata', ['a'], 'a map'],
    ['publicMetadata', new Set(['a']), 'a map'],
    ['id', 'user_bea', 'one of user_ada'],
    ['changedBy', 'somebody', 'one of authorizer, webhook, reconciler, on-demand, admin'],
    ['expiresAt', 'soon', 'a number'],
  ])('is refused when %s is %s', async (name, value, wanted) => {
    await create(store, aUser(ID));
    await setAttribute(name, value);
    const failure = await store.get(ID).catch((error: unknown) => error);
    expect(failure).not.toBeInstanceOf(StoreUnavailable);
    expect(failure).toMatchObject({ code: 'malformed_item' });
    expect(String(failure)).toContain(`Item user#user_ada: the attribute "${name}" must be ${wanted}.`);
  });

  it('is refused when an attribute is missing', async () => {
    await tables.client.send(new PutCommand({ TableName: tableName, Item: { ...KEY, app: {} } }));
    await expect(store.get(ID)).rejects.toThrow('Item user#user_ada: the attribute "id" must be a string.');
    await expect(store.write(aWrite(aUser(ID)))).rejects.toThrow('"id"');
  });
});

describe('the index', () => {
  it('is read in pages of a thousand unless told otherwise', async () => {
    const ids = Array.from({ length: 1203 }, (_, number) => `user_${String(number).padStart(4, '0')}`);
    for (let from = 0; from < ids.length; from += 40) {
      const batch = ids.slice(from, from + 40).map((id) => create(store, aUser(id)));
      await Promise.all(batch);
    }
    const listed = await all(store.listByCreation(0));
    expect(listed.map(({ id }) => id)).toEqual(ids);
  });

  it.each([
    ['of an item that is no user', { pk: 'roster#x', group: 'created#2026-03', sort: '1773500000000#x' }],
    ['of another month', { pk: 'user#x', group: 'created#2026-03', sort: '9999999999999#x' }],
    ['without a time', { pk: 'user#x', group: 'created#2026-03', sort: 'soon#x' }],
  ])('passes over a row %s, which must not hide the others', async (_kind, stray) => {
    await create(store, aUser(ID));
    await tables.client.send(new PutCommand({ TableName: tableName, Item: stray }));
    expect((await all(store.listByCreation(0))).map(({ id }) => id)).toEqual([ID]);
  });

  it('lists a user whose projected attributes cannot be read as one who differs from everybody', async () => {
    await create(store, aUser(ID));
    for (const name of ['fingerprint', 'profileAsOf', 'recordSeenAt']) await setAttribute(name, ['by hand']);
    const [row] = await all(store.listByCreation(0));
    const lowest = { asOf: 0, seenAt: 0 };
    expect(row).toMatchObject({ id: ID, fingerprint: '', profileVersion: lowest, recordVersion: lowest });
  });
});

describe('a table that is not there', () => {
  it('is a mistake and no outage', async () => {
    const nowhere = createDynamoDbUserStore({ client: tables.client, tableName: 'no-such-table', clock });
    await expect(nowhere.get(ID)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(nowhere.write(aWrite(aUser(ID)))).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(all(nowhere.listByCreation(0))).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});

const HELD: Run = {
  id: 'r1',
  mode: 'full',
  status: 'held',
  startedAt: NOW,
  endedAt: NOW + 5,
  counts: { clerkUsers: 1, storedUsers: 1, created: 0, updated: 0, deleted: 0, restored: 0, suspects: 1, conflicts: 0 },
  drift: { email: 1 },
  report: {},
  heldBecause: 'too many',
  failedBecause: undefined,
};

describe('the other items', () => {
  it('of a run and its suspects have the keys of the design', async () => {
    const runs = createDynamoDbRunStore({ client: tables.client, tableName, clock });
    await runs.save(HELD);
    await runs.putSuspects('r1', 3, ['user_a', 'user_b']);
    expect(await item({ pk: 'run#r1' })).toEqual({
      pk: 'run#r1',
      id: 'r1',
      mode: 'full',
      status: 'held',
      startedAt: '2026-03-15T12:00:00.000Z',
      endedAt: '2026-03-15T12:00:00.005Z',
      counts: HELD.counts,
      drift: { email: 1 },
      report: {},
      stage: 2,
      heldBecause: 'too many',
      group: 'runs',
      sort: `${NOW}#r1`,
    });
    const expiresAt = Date.UTC(2026, 3, 14, 12) / 1000;
    expect(await item({ pk: 'held#r1#3' })).toEqual({ pk: 'held#r1#3', userIds: ['user_a', 'user_b'], expiresAt });
  });

  it('of a run that an earlier version has written has no report, and is read all the same', async () => {
    const runs = createDynamoDbRunStore({ client: tables.client, tableName, clock });
    await runs.save({ ...HELD, report: { email: { users: 1, causes: {}, userIds: ['user_a'] } } });
    await tables.client.send(
      new UpdateCommand({ TableName: tableName, Key: { pk: 'run#r1' }, UpdateExpression: 'REMOVE report' }),
    );
    expect(await runs.get('r1')).toEqual(HELD);
  });

  it('of suspects fail the reading when one is gone', async () => {
    const runs = createDynamoDbRunStore({ client: tables.client, tableName, clock });
    await runs.putSuspects('r1', 3, ['user_a']);
    await tables.client.send(
      new UpdateCommand({
        TableName: tableName,
        Key: { pk: 'held#r1#3' },
        UpdateExpression: 'SET expiresAt = :past',
        ExpressionAttributeValues: { ':past': 1 },
      }),
    );
    await expect(all(runs.suspects('r1'))).rejects.toThrow('held#r1#3 are gone');
  });

  it('of the quarantine have the keys of the design and 30 days to live', async () => {
    const quarantine = createDynamoDbQuarantine({ client: tables.client, tableName, clock });
    await quarantine.put({ id: 'msg_1', body: '{}', reason: 'no-id', firstAt: NOW, userId: 'user_ada' });
    expect(await item({ pk: 'quarantine#msg_1' })).toEqual({
      pk: 'quarantine#msg_1',
      id: 'msg_1',
      body: '{}',
      reason: 'no-id',
      firstAt: '2026-03-15T12:00:00.000Z',
      userId: 'user_ada',
      expiresAt: Date.UTC(2026, 3, 14, 12) / 1000,
      group: 'quarantine',
      sort: `${NOW}#user_ada#msg_1`,
    });
  });

  it('of the quarantine hold nothing of what the event said once it is dismissed, and are about to be swept', async () => {
    const quarantine = createDynamoDbQuarantine({ client: tables.client, tableName, clock });
    await quarantine.put({ id: 'msg_1', body: '{}', reason: 'no-id', firstAt: NOW, userId: 'user_ada' });
    await quarantine.dismiss('msg_1');
    expect(await item({ pk: 'quarantine#msg_1' })).toEqual({
      pk: 'quarantine#msg_1',
      id: 'msg_1',
      firstAt: '2026-03-15T12:00:00.000Z',
      expiresAt: NOW / 1000,
    });
  });

  it('of the quarantine are not made by a dismissal', async () => {
    await createDynamoDbQuarantine({ client: tables.client, tableName, clock }).dismiss('msg_1');
    expect(await item({ pk: 'quarantine#msg_1' })).toBeUndefined();
  });

  it('that stand among the quarantined and are none are said to, by their key, and hide no event', async () => {
    const strays = [
      { pk: 'user#user_ada', group: 'quarantine', sort: `${NOW}#user_ada` },
      { pk: 'quarantine#msg_odd', group: 'quarantine', sort: `${NOW}#user_ada#msg_other` },
    ];
    for (const Item of strays) await tables.client.send(new PutCommand({ TableName: tableName, Item }));
    const quarantine = createDynamoDbQuarantine({ client: tables.client, tableName, clock });
    const entry = { id: 'msg_1', firstAt: NOW + 1, userId: undefined };
    await quarantine.put({ ...entry, body: '{}', reason: 'no-id' });
    const problemOf = (key: string): unknown =>
      expect.stringContaining(`Item ${key} stands among the quarantined events`);
    const listed = [
      { id: 'user#user_ada', unreadable: problemOf('user#user_ada') },
      { id: 'msg_odd', unreadable: problemOf('quarantine#msg_odd') },
      entry,
    ];
    expect(await all(quarantine.list())).toEqual(listed);
    expect(await all(quarantine.list({ userId: 'user_bea' }))).toEqual(listed.slice(0, 2));
  });

  it('of the instance has the key of the design', async () => {
    const instance = createDynamoDbInstanceStore({ client: tables.client, tableName, clock });
    await instance.claim('ins_a');
    expect(await item({ pk: 'settings#instance' })).toEqual({
      pk: 'settings#instance',
      instanceId: 'ins_a',
      claimedAt: '2026-03-15T12:00:00.000Z',
    });
  });
});
