import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { createDynamoDbInstanceStore } from '../../shared/adapters/dynamodb/instance-store.ts';
import { createDynamoDbQuarantine } from '../../shared/adapters/dynamodb/quarantine.ts';
import { createDynamoDbRunStore } from '../../shared/adapters/dynamodb/run-store.ts';
import { createDynamoDbUserStore } from '../../shared/adapters/dynamodb/user-store.ts';
import { blankUser } from '../../shared/domain/user.ts';
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

type Caller = 'authorizer' | 'verifyOnly' | 'webhook' | 'users' | 'reconciler';

const resources = resourcesOf();

/**
 * The local cloud does not imitate IAM, so that a permission which an adapter lacks would first be missed on AWS. Here the
 * real adapters make their calls to a client that only takes them down.
 */
describe('what the adapters call, the policies allow:', () => {
  it('the webhook reads and writes users, asks for the instance and fills the quarantine', async () => {
    const { calls, access } = recorder();
    await attempt(() => createDynamoDbUserStore(access).get('user_1'));
    await attempt(() => writeUser(access));
    await attempt(() => createDynamoDbInstanceStore(access).get());
    await attempt(() =>
      createDynamoDbQuarantine(access).put({ id: 'msg_1', body: '{}', reason: 'no-id', firstAt: 1, userId: undefined }),
    );
    expect(calls.map(({ action }) => action)).toEqual(['GetItem', 'UpdateItem', 'GetItem', 'PutItem']);
    expect(calls.filter((call) => !isAllowed('webhook', call))).toEqual([]);
  });

  it.each(['authorizer', 'users'] as const)('the %s function reads and writes users', async (name) => {
    const { calls, access } = recorder();
    await attempt(() => createDynamoDbUserStore(access).get('user_1'));
    await attempt(() => writeUser(access));
    expect(calls.map(({ action }) => action)).toEqual(['GetItem', 'UpdateItem']);
    expect(calls.filter((call) => !isAllowed(name, call))).toEqual([]);
  });

  it('the reconciler does all that a run needs', async () => {
    const { calls, access } = recorder();
    const users = createDynamoDbUserStore(access);
    const runs = createDynamoDbRunStore(access);
    await attempt(() => users.get('user_1'));
    await attempt(() => writeUser(access));
    await attempt(() => drain(users.listByCreation(Date.UTC(2026, 9))));
    await attempt(() => drain(users.listUnknownCreation()));
    await attempt(() => createDynamoDbInstanceStore(access).claim('ins_1'));
    await attempt(() => runs.save(RUN));
    await attempt(() => runs.get('run_1'));
    await attempt(() => runs.putSuspects('run_1', 1, ['user_1']));
    await attempt(() => drain(runs.suspects('run_1')));
    expect(new Set(calls.map(({ action }) => action))).toEqual(new Set(['GetItem', 'UpdateItem', 'PutItem', 'Query']));
    expect(calls.filter((call) => !isAllowed('reconciler', call))).toEqual([]);
  });
});

describe('and nothing besides:', () => {
  const everyone = ['authorizer', 'verifyOnly', 'webhook', 'users', 'reconciler'] as const;

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
    const keys = ['settings#instance', 'run#run_1', 'lease', 'audit#1', 'quarantine#msg_1', 'roster#a@example.com'];
    expect(keys.filter((key) => isAllowed(name, onItem('UpdateItem', key)))).toEqual([]);
  });

  it.each([
    ['authorizer', ['settings#instance', 'held#run_1']],
    ['verifyOnly', ['settings#instance', 'held#run_1', 'run#run_1']],
    ['webhook', ['held#run_1']],
    ['users', ['settings#instance', 'held#run_1']],
    ['reconciler', ['settings#instance']],
  ] as const)('%s reads nothing that it has no use for', (name, more) => {
    const keys = [...more, 'quarantine#msg_1', 'audit#1', 'roster#a@example.com', 'email#a@example.com'];
    expect(keys.filter((key) => isAllowed(name, onItem('GetItem', key)))).toEqual([]);
  });

  it.each(['webhook', 'users', 'authorizer'] as const)('%s reads and writes no run', (name) => {
    for (const action of ['GetItem', 'UpdateItem', 'PutItem'])
      expect(isAllowed(name, onItem(action, 'run#run_1'))).toBe(false);
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

const RUN: Run = {
  id: 'run_1',
  mode: 'full',
  status: 'running',
  startedAt: 1,
  endedAt: undefined,
  counts: { clerkUsers: 0, storedUsers: 0, created: 0, updated: 0, deleted: 0, restored: 0, suspects: 0 },
  drift: {},
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
  });
}

function recorder(): { calls: Call[]; access: Access } {
  const calls: Call[] = [];
  const send = async (command: { constructor: { name: string }; input: Record<string, unknown> }): Promise<unknown> => {
    calls.push(callOf(command));
    return {};
  };
  const client = { send } as unknown as DynamoDBDocumentClient;
  return { calls, access: { client, tableName: 'users', clock: { now: () => Date.UTC(2026, 10) } } };
}

function callOf({ constructor, input }: { constructor: { name: string }; input: Record<string, unknown> }): Call {
  const action = constructor.name.replace(/Command$/, '').replace(/^(Get|Put|Update|Delete)$/, '$1Item');
  const index = input['IndexName'] as string | undefined;
  const values = (input['ExpressionAttributeValues'] ?? {}) as Record<string, unknown>;
  const holder = (input['Item'] ?? input['Key'] ?? {}) as Record<string, unknown>;
  const key = index === undefined ? holder[TABLE.partitionKey] : values[`:${TABLE.index.partitionKey}`];
  if (typeof key !== 'string') throw new Error(`${constructor.name} names no partition key`);
  return { action, index, keys: [key] };
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
function isAllowed(name: Caller, call: Call): boolean {
  return statementsOfFunction(resources, name).some(({ Action, Resource, Condition }) => {
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
