import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { createDynamoDbAppStore } from '../../shared/adapters/dynamodb/app-store.ts';
import { createDynamoDbAuditStore } from '../../shared/adapters/dynamodb/audit-store.ts';
import { createDynamoDbConflictList } from '../../shared/adapters/dynamodb/conflict-list.ts';
import { createDynamoDbInstanceStore } from '../../shared/adapters/dynamodb/instance-store.ts';
import { createDynamoDbQuarantine } from '../../shared/adapters/dynamodb/quarantine.ts';
import { createDynamoDbLeaseStore } from '../../shared/adapters/dynamodb/lease-store.ts';
import { createDynamoDbRosterStore } from '../../shared/adapters/dynamodb/roster-store.ts';
import { createDynamoDbRunHistory } from '../../shared/adapters/dynamodb/run-history.ts';
import { createDynamoDbRunStore } from '../../shared/adapters/dynamodb/run-store.ts';
import { createDynamoDbUserStore } from '../../shared/adapters/dynamodb/user-store.ts';
import type { RosterChange, RosterEntry } from '../../shared/domain/roster.ts';
import { createDynamoDbWatermarkStore } from '../../shared/adapters/dynamodb/watermark-store.ts';
import { blankUser } from '../../shared/domain/user.ts';
import type { Lease } from '../../shared/ports/lease-store.ts';
import type { RosterWrite } from '../../shared/ports/user-store.ts';
import type { Run } from '../../shared/ports/run-store.ts';
import { TABLE } from '../../shared/names/table.ts';
import { resourcesOf, statementsOfFunction } from './stack.ts';

/** One call that an adapter made of the table. */
interface Call {
  readonly action: string;
  readonly index: string | undefined;
  /** The partition keys that it names, of the table or of the index: what IAM knows as `dynamodb:LeadingKeys`. */
  readonly keys: readonly string[];
}

type Caller = 'authorizer' | 'verifyOnly' | 'webhook' | 'users' | 'reconciler' | 'changes' | 'admin';

const resources = resourcesOf();
const withAdmin = resourcesOf({ admin: true });
const relinking = resourcesOf({ returningUser: 'relink' });
const withRoster = resourcesOf({ roster: { enabled: true } });

/**
 * The local cloud does not imitate IAM, so that a permission which an adapter lacks would first be missed on AWS. Here the
 * real adapters make their calls to a client that only takes them down.
 */
describe('what the adapters call, the policies allow:', () => {
  it('the webhook reads and writes users, asks for the instance and fills the quarantine', async () => {
    const { calls, access } = recorder();
    await attempt(() => createDynamoDbUserStore(access).get('user_1'));
    await attempt(() => writeUser(access));
    await attempt(() => moveNames(access));
    await attempt(() => createDynamoDbInstanceStore(access).get());
    await attempt(() =>
      createDynamoDbQuarantine(access).put({ id: 'msg_1', body: '{}', reason: 'no-id', firstAt: 1, userId: undefined }),
    );
    expect(calls.map(({ action }) => action)).toEqual(['GetItem', 'UpdateItem', 'UpdateItem', 'GetItem', 'PutItem']);
    expect(calls.filter((call) => !isAllowed('webhook', call))).toEqual([]);
  });

  it.each(['authorizer', 'users'] as const)('the %s function reads and writes users', async (name) => {
    const { calls, access } = recorder();
    await attempt(() => createDynamoDbUserStore(access).get('user_1'));
    await attempt(() => writeUser(access));
    await attempt(() => moveNames(access));
    expect(calls.map(({ action }) => action)).toEqual(['GetItem', 'UpdateItem', 'UpdateItem']);
    expect(calls.filter((call) => !isAllowed(name, call))).toEqual([]);
  });

  it('the users function changes what the application keeps about a user', async () => {
    const { calls, access } = recorder({ Item: ITEM });
    const reading = await createDynamoDbAppStore(access).read('user_1');
    await attempt(async () => reading?.write({ bio: 'x', location: null }));
    expect(calls.map(({ action }) => action)).toEqual(['GetItem', 'UpdateItem']);
    expect(calls.filter((call) => !isAllowed('users', call))).toEqual([]);
  });

  it.each(['authorizer', 'users', 'webhook'] as const)(
    'the %s function learns who comes back, where it is told to care',
    async (name) => {
      const { calls, access } = recorder();
      const users = createDynamoDbUserStore(access);
      await attempt(() => users.reservation(NAME));
      await attempt(() => moveNames(access, 'user_2'));
      expect(calls.map(({ action }) => action)).toEqual(['GetItem', 'GetItem', 'GetItem', 'UpdateItem']);
      expect(calls.filter((call) => !isAllowed(name, call, relinking))).toEqual([]);
      expect(calls.filter((call) => !isAllowed(name, call))).not.toEqual([]);
    },
  );

  it.each(['authorizer', 'users', 'webhook', 'changes', 'reconciler'] as const)(
    'the %s function links users to the roster, where there is one',
    async (name) => {
      const { calls, access } = recorder();
      await attempt(() => createDynamoDbRosterStore(access).get(ENTRY.email));
      await attempt(() => moveNames(access, undefined, undefined, { link: ENTRY.email, changes: [linking(ENTRY)] }));
      await attempt(() => moveNames(access, undefined, undefined, { link: undefined, changes: [leaving(ENTRY)] }));
      expect(calls.map(({ action }) => action)).toEqual(['GetItem', 'UpdateItem', 'UpdateItem']);
      expect(calls.filter((call) => !isAllowed(name, call, withRoster))).toEqual([]);
      // Without one the reconciler alone may: it lets go of links of before.
      expect(calls.map((call) => isAllowed(name, call))).toEqual(calls.map(() => name === 'reconciler'));
    },
  );

  it('the reconciler erases and deletes with the roster: an entry in the transaction, and its key', async () => {
    const { calls, access } = recorder();
    await attempt(() => moveNames(access, undefined, LEASE, { link: undefined, changes: [leaving(ENTRY)] }));
    await attempt(() => createDynamoDbRosterStore(access).sweep(ENTRY.email));
    expect(calls.map(({ action }) => action)).toEqual(['UpdateItem', 'ConditionCheckItem', 'DeleteItem']);
    for (const all of [resources, withRoster])
      expect(calls.filter((call) => !isAllowed('reconciler', call, all))).toEqual([]);
  });

  it.each(['reconciler', 'changes'] as const)('the %s function settles conflicts', async (name) => {
    const { calls, access } = recorder();
    const users = createDynamoDbUserStore(access);
    await attempt(() => users.find(NAME));
    await attempt(() => users.reservation(NAME));
    await attempt(() => moveNames(access));
    const free = { name: NAME, owner: undefined, lastOwner: undefined, claimants: [], isListed: true, revision: 3 };
    await attempt(() => users.tidy(free, { claimants: [], owner: false }));
    await attempt(() => users.tidy({ ...free, owner: 'user_1' }, { claimants: [], owner: false }));
    expect(new Set(calls.map(({ action }) => action))).toEqual(new Set(['GetItem', 'UpdateItem', 'DeleteItem']));
    expect(calls.filter((call) => !isAllowed(name, call))).toEqual([]);
  });

  it('the admin function does all that its routes need', async () => {
    const { calls, access } = recorder();
    const users = createDynamoDbUserStore(access);
    const runs = createDynamoDbRunStore(access);
    const quarantine = createDynamoDbQuarantine(access);
    const roster = createDynamoDbRosterStore(access);
    const audit = createDynamoDbAuditStore(access);
    const page = { limit: 2 };
    await attempt(() => users.get('user_1'));
    await attempt(() => users.reservation(NAME));
    await attempt(() => writeUser(access));
    await attempt(() => moveNames(access));
    await attempt(() => users.tidy(FREE, { claimants: [], owner: false }));
    await attempt(() => runs.get('run_1'));
    await attempt(() => runs.save(RUN));
    await attempt(() => drain(runs.list(0)));
    await attempt(() => createDynamoDbRunHistory(access).list(page));
    await attempt(() => createDynamoDbConflictList(access).list(page));
    await attempt(() => createDynamoDbInstanceStore(access).claim('ins_1'));
    await attempt(() => drain(quarantine.list()));
    await attempt(() => quarantine.get('msg_1'));
    await attempt(() => quarantine.dismiss('msg_1'));
    await attempt(() => roster.get(NAME.value));
    await attempt(() => roster.list(page));
    await attempt(() => roster.change({ email: NAME.value, before: undefined, after: ENTRY }));
    await attempt(() => roster.change({ email: NAME.value, before: ENTRY, after: undefined }));
    await attempt(() => roster.sweep(NAME.value));
    await attempt(() => audit.record(AUDITED));
    await attempt(() => audit.list(page));
    const actions = ['GetItem', 'UpdateItem', 'PutItem', 'DeleteItem', 'Query'];
    expect(new Set(calls.map(({ action }) => action))).toEqual(new Set(actions));
    expect(calls.filter((call) => !isAllowed('admin', call, withAdmin))).toEqual([]);
  });

  it('the admin function looks up what an index row names', async () => {
    const row = { pk: 'audit#1', group: 'audit', sort: '0000000000001#1' };
    const { calls, access } = recorder({ Items: [row] });
    await attempt(() => createDynamoDbAuditStore(access).list({ limit: 2 }));
    await attempt(() => createDynamoDbRunHistory({ ...access }).list({ limit: 2 }));
    expect(calls.map(({ action }) => action)).toEqual(['Query', 'GetItem', 'Query', 'GetItem']);
    expect(calls.filter((call) => !isAllowed('admin', call, withAdmin))).toEqual([]);
  });

  it('the reconciler does all that a run needs', async () => {
    const { calls, access } = recorder();
    const users = createDynamoDbUserStore(access);
    const runs = createDynamoDbRunStore(access);
    const lease = createDynamoDbLeaseStore(access);
    const watermark = createDynamoDbWatermarkStore(access);
    await attempt(() => users.get('user_1'));
    await attempt(() => writeUser(access));
    await attempt(() => drain(users.listByCreation(Date.UTC(2026, 9))));
    await attempt(() => drain(users.listUnknownCreation()));
    await attempt(() => drain(users.listConflicts()));
    await attempt(() => drain(users.countLive(Date.UTC(2026, 9))));
    await attempt(() => drain(users.listDeleted({ from: Date.UTC(2026, 0), until: Date.UTC(2026, 0, 2) })));
    await attempt(() => drain(users.listErasedInClerk()));
    await attempt(() => drain(createDynamoDbQuarantine(access).list({ userId: 'user_1' })));
    await attempt(() => createDynamoDbQuarantine(access).dismiss('msg_1'));
    await attempt(() => createDynamoDbInstanceStore(access).claim('ins_1'));
    await attempt(() => createDynamoDbInstanceStore(access).get());
    await attempt(() => runs.save(RUN));
    await attempt(() => runs.get('run_1'));
    await attempt(() => runs.putSuspects('run_1', 1, ['user_1']));
    await attempt(() => drain(runs.suspects('run_1')));
    await attempt(() => drain(runs.list(0)));
    await attempt(() => runs.putMarks([1]));
    await attempt(() => runs.marks());
    await attempt(() => watermark.get());
    await attempt(() => watermark.advance({ updatedAt: 1 }));
    await attempt(() => watermark.advance({ updatedAt: 1, apart: 0 }));
    await attempt(() => lease.take('run_1', 1));
    await attempt(() => lease.keep(LEASE, 1));
    await attempt(() => lease.release(LEASE));
    expect(new Set(calls.map(({ action }) => action))).toEqual(new Set(['GetItem', 'UpdateItem', 'PutItem', 'Query']));
    expect(calls.filter((call) => !isAllowed('reconciler', call))).toEqual([]);
  });
});

describe('and nothing besides:', () => {
  it('the reconciler alone deletes under the lease', async () => {
    const { calls, access } = recorder();
    await attempt(() => moveNames(access, undefined, LEASE));
    expect(calls.map(({ action }) => action)).toEqual(['UpdateItem', 'ConditionCheckItem']);
    expect(everyone.filter((name) => calls.every((call) => isAllowed(name, call)))).toEqual(['reconciler']);
  });

  it('the admin function alone touches the record of actions, and can change no entry that it has not written', () => {
    const touch = (action: string): string[] =>
      [...everyone, 'admin' as const].filter((name) => isAllowed(name, onItem(action, 'audit#1'), withAdmin));
    expect([touch('GetItem'), touch('PutItem')]).toEqual([['admin'], ['admin']]);
    expect([...touch('UpdateItem'), ...touch('DeleteItem')]).toEqual([]);
  });

  it.each([
    ['PutItem', ['user#user_1', 'quarantine#msg_1', 'held#run_1', 'lease', 'marks', 'watermark']],
    ['UpdateItem', ['run#run_1', 'settings#instance', 'held#run_1', 'lease', 'watermark', 'audit#1']],
    ['DeleteItem', ['user#user_1', 'run#run_1', 'quarantine#msg_1', 'audit#1', 'lease']],
    ['GetItem', ['held#run_1', 'lease', 'watermark', 'marks', 'settings#other']],
    ['ConditionCheckItem', ['lease', 'user#user_1']],
  ] as const)('the admin function makes no run and deletes no user: %s', (action, keys) => {
    expect(keys.filter((key) => isAllowed('admin', onItem(action, key), withAdmin))).toEqual([]);
  });

  const everyone = ['authorizer', 'verifyOnly', 'webhook', 'users', 'reconciler', 'changes'] as const;

  it('the authorizer that only verifies reads users, and writes none', async () => {
    const { calls, access } = recorder();
    await attempt(() => createDynamoDbUserStore(access).get('user_1'));
    await attempt(() => writeUser(access));
    expect(calls.map((call) => [call.action, isAllowed('verifyOnly', call)])).toEqual([
      ['GetItem', true],
      ['UpdateItem', false],
    ]);
  });

  it.each(everyone)('%s never puts a whole user', (name) => {
    expect(isAllowed(name, onItem('PutItem', 'user#user_1'))).toBe(false);
  });

  it.each(everyone)('%s can update neither instance nor run, nor what else stands beside the users', (name) => {
    const keys = ['settings#instance', 'run#run_1', 'audit#1'];
    expect(keys.filter((key) => isAllowed(name, onItem('UpdateItem', key)))).toEqual([]);
  });

  it('without a roster the reconciler alone touches one: an erasure lets go of links of before', () => {
    const touch = (action: string): string[] =>
      everyone.filter((name) => isAllowed(name, onItem(action, 'roster#a@example.com')));
    const touching = ['GetItem', 'UpdateItem', 'DeleteItem', 'PutItem'].map(touch);
    expect(touching).toEqual([['reconciler'], ['reconciler'], ['reconciler'], []]);
  });

  it('the reconciler alone empties a quarantined event, and only the webhook puts one', () => {
    const touch = (action: string): string[] =>
      everyone.filter((name) => isAllowed(name, onItem(action, 'quarantine#msg_1')));
    expect([touch('UpdateItem'), touch('PutItem')]).toEqual([['reconciler'], ['webhook']]);
  });

  it.each([
    ['authorizer', ['settings#instance', 'held#run_1', 'email#a@example.com']],
    ['webhook', ['held#run_1', 'email#a@example.com']],
    ['users', ['settings#instance', 'held#run_1', 'email#a@example.com']],
    ['verifyOnly', ['settings#instance', 'held#run_1', 'run#run_1', 'email#a@example.com']],
    ['reconciler', ['settings#other']],
    ['changes', ['settings#instance', 'held#run_1', 'run#run_1']],
  ] as const)('%s reads nothing that it has no use for', (name, more) => {
    const keys = [...more, 'quarantine#msg_1', 'audit#1'];
    expect(keys.filter((key) => isAllowed(name, onItem('GetItem', key)))).toEqual([]);
  });

  it.each(['webhook', 'users', 'authorizer', 'changes'] as const)('%s reads and writes no run', (name) => {
    for (const action of ['GetItem', 'UpdateItem', 'PutItem'])
      expect(isAllowed(name, onItem(action, 'run#run_1'))).toBe(false);
  });

  it.each(everyone)('%s deletes no user, and nothing but names that nobody needs', (name) => {
    const keys = ['user#user_1', 'run#run_1', 'settings#instance', 'held#run_1', 'quarantine#msg_1'];
    expect(keys.filter((key) => isAllowed(name, onItem('DeleteItem', key)))).toEqual([]);
    const isResolver = name === 'reconciler' || name === 'changes';
    expect(isAllowed(name, onItem('DeleteItem', 'username#ada'))).toBe(isResolver);
  });

  it.each(['lease', 'watermark'])('the reconciler alone touches the %s', (key) => {
    const touch = (action: string): string[] => everyone.filter((name) => isAllowed(name, onItem(action, key)));
    expect(touch('UpdateItem')).toEqual(['reconciler']);
    expect([...touch('PutItem'), ...touch('DeleteItem')]).toEqual([]);
  });

  it('the reconciler alone queries the index, and nobody the table', () => {
    const query = (index: string | undefined): Call => ({ action: 'Query', index, keys: ['created#2026-01'] });
    expect(everyone.filter((name) => isAllowed(name, query(TABLE.index.name)))).toEqual(['reconciler']);
    expect(everyone.filter((name) => isAllowed(name, query(undefined)))).toEqual([]);
  });

  it.each(everyone)('%s can make no call in which a key of its own hides one that is not', (name) => {
    const keys = ['user#user_1', 'settings#other'];
    expect(isAllowed(name, { action: 'UpdateItem', index: undefined, keys })).toBe(false);
  });

  it.each(everyone)('%s can make no call that names no key at all', (name) => {
    for (const action of ['GetItem', 'UpdateItem', 'PutItem'])
      expect(isAllowed(name, { action, index: undefined, keys: [] })).toBe(false);
  });
});

const FREE = {
  name: { kind: 'email', value: 'ada@example.com' },
  owner: undefined,
  lastOwner: undefined,
  claimants: [],
  isListed: true,
  revision: 3,
} as const;

const AUDITED = {
  id: '1',
  at: 1,
  keyId: 'a1',
  action: 'get-run',
  target: 'run_1',
  result: 'shown',
  status: 200,
} as const;

const RUN: Run = {
  id: 'run_1',
  mode: 'full',
  status: 'running',
  startedAt: 1,
  endedAt: undefined,
  counts: { clerkUsers: 0, storedUsers: 0, created: 0, updated: 0, deleted: 0, restored: 0, suspects: 0, conflicts: 0 },
  drift: {},
  report: {},
  heldBecause: undefined,
  failedBecause: undefined,
};

type Access = Parameters<typeof createDynamoDbInstanceStore>[0];

function writeUser(access: Access): Promise<unknown> {
  const next = blankUser('user_1');
  return createDynamoDbUserStore(access).write({
    next,
    expected: undefined,
    path: 'webhook',
    fingerprint: 'f',
    now: 1,
    held: {},
    moves: [],
  });
}

const ENTRY: RosterEntry = {
  email: 'ada@example.com',
  attributes: {},
  cohort: undefined,
  origin: 'registered',
  link: undefined,
  createdAt: 1,
  updatedAt: 1,
  revision: 1,
};

function linking(before: RosterEntry): RosterChange {
  return { email: before.email, before, after: { ...before, link: { userId: 'user_1', at: 1 } } };
}

function leaving(before: RosterEntry): RosterChange {
  return { email: before.email, before, after: undefined };
}

const LEASE = { holder: 'run_1', fence: 1 };
const NAME = { kind: 'email', value: 'ada@example.com' } as const;

/** A write of a user whose email moves with it. */
function moveNames(access: Access, inheritFrom?: string, lease?: Lease, roster?: RosterWrite): Promise<unknown> {
  return createDynamoDbUserStore(access).write({
    next: blankUser('user_1'),
    expected: { ...blankUser('user_1'), ...STAMPS },
    path: 'webhook',
    fingerprint: 'f',
    now: 1,
    held: { email: NAME.value },
    moves: [
      { action: 'take', name: NAME },
      { action: 'release', name: { kind: 'username', value: 'ada' } },
    ],
    ...(inheritFrom !== undefined && { inheritFrom }),
    ...(lease && { lease }),
    ...(roster && { roster }),
  });
}

const STAMPS = { revision: 1, createdAt: 1, updatedAt: 1, changedBy: 'webhook', app: {}, held: {} } as const;

/** A user's item, in DynamoDB's own notation. */
const ITEM = {
  pk: { S: 'user#user_1' },
  ...Object.fromEntries(['email', 'firstName', 'lastName', 'imageUrl'].map((name) => [name, { NULL: true }])),
  ...Object.fromEntries(['profileAsOf', 'profileSeenAt', 'revision'].map((name) => [name, { N: '1' }])),
  ...Object.fromEntries(['createdAt', 'updatedAt'].map((name) => [name, { S: '2026-01-01T00:00:00.000Z' }])),
  id: { S: 'user_1' },
  changedBy: { S: 'webhook' },
  locked: { BOOL: false },
  app: { M: {} },
};

/** @param answer to every call */
function recorder(answer: object = {}): { calls: Call[]; access: Access } {
  const calls: Call[] = [];
  const send = async (command: { constructor: { name: string }; input: Record<string, unknown> }): Promise<unknown> => {
    calls.push(...callsOf(command));
    return answer;
  };
  const client = { send } as unknown as DynamoDBDocumentClient;
  return { calls, access: { client, tableName: 'users', clock: { now: () => Date.UTC(2026, 10) } } };
}

function callsOf({ constructor, input }: { constructor: { name: string }; input: Record<string, unknown> }): Call[] {
  const action = constructor.name.replace(/Command$/, '').replace(/^(Get|Put|Update|Delete)$/, '$1Item');
  if (action === 'TransactWriteItems') return transactionsOf(input['TransactItems'] as readonly TransactWriteItem[]);
  const index = input['IndexName'] as string | undefined;
  const values = (input['ExpressionAttributeValues'] ?? {}) as Record<string, unknown>;
  const holder = (input['Item'] ?? input['Key'] ?? {}) as Record<string, unknown>;
  const key = index === undefined ? holder[TABLE.partitionKey] : values[`:${TABLE.index.partitionKey}`];
  return [{ action, index, keys: [keyIn(key)] }];
}

/** A transaction needs the rights of what is in it, and names all its keys at once. */
function transactionsOf(items: readonly TransactWriteItem[]): Call[] {
  const keys = items.map(({ Update, ConditionCheck }) => keyIn((Update ?? ConditionCheck)?.Key?.[TABLE.partitionKey]));
  const isChecked = items.some(({ ConditionCheck }) => ConditionCheck);
  const actions = ['UpdateItem', ...(isChecked ? ['ConditionCheckItem'] : [])];
  return actions.map((action) => ({ action, index: undefined, keys }));
}

/** As text, or in DynamoDB's own notation. */
function keyIn(value: unknown): string {
  const key = typeof value === 'object' && value !== null && 'S' in value ? value.S : value;
  if (typeof key !== 'string') throw new Error('A call names no partition key.');
  return key;
}

function onItem(action: string, key: string): Call {
  return { action, index: undefined, keys: [key] };
}

/** The empty answers may not be to the adapter's liking: only its calls are of interest. */
async function attempt(work: () => Promise<unknown>): Promise<void> {
  await work().catch(() => undefined);
}

async function drain(items: AsyncIterable<unknown>): Promise<void> {
  const iterator = items[Symbol.asyncIterator]();
  while (!(await iterator.next()).done);
}

/** As IAM would decide, as far as these policies go: action, table or index, and the keys that the call names. */
function isAllowed(name: Caller, call: Call, all = resources): boolean {
  return statementsOfFunction(all, name).some(({ Action, Resource, Condition }) => {
    const onIndex = JSON.stringify(Resource).includes(`/index/${TABLE.index.name}`);
    return (
      [Action].flat().includes(`dynamodb:${call.action}`) &&
      onIndex === (call.index === TABLE.index.name) &&
      Object.entries(Condition ?? {}).every(([operator, tests]) => holds(operator, tests as Tests, call.keys))
    );
  });
}

type Tests = Readonly<Record<string, string | readonly string[]>>;

/** Of no keys at all `ForAllValues` is true, as at IAM. */
function holds(operator: string, tests: Tests, keys: readonly string[]): boolean {
  const expected = [tests['dynamodb:LeadingKeys'] ?? []].flat();
  if (operator === 'Null') return expected.includes(String(keys.length === 0));
  if (operator === 'ForAllValues:StringLike')
    return keys.every((key) => expected.some((pattern) => matches(pattern, key)));
  throw new Error(`These tests do not know the operator ${operator}.`);
}

function matches(pattern: string, key: string): boolean {
  return pattern.endsWith('*') ? key.startsWith(pattern.slice(0, -1)) : key === pattern;
}
