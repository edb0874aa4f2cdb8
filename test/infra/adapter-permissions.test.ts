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
  readonly key: string;
}

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
    expect(isAllowed(name, { action: 'PutItem', index: undefined, key: 'user#user_1' })).toBe(false);
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

  it.each(['webhook', 'reconciler'] as const)('but %s can never put a whole user', (name) => {
    expect(isAllowed(name, { action: 'PutItem', index: undefined, key: 'user#user_1' })).toBe(false);
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
  const holder = (input['Item'] ?? input['Key'] ?? {}) as Record<string, unknown>;
  return { action, index: input['IndexName'] as string | undefined, key: String(holder[TABLE.partitionKey]) };
}

/** The empty answers may not be to the adapter's liking: only its calls are of interest. */
async function attempt(work: () => Promise<unknown>): Promise<void> {
  await work().catch(() => undefined);
}

async function drain(items: AsyncIterable<unknown>): Promise<void> {
  const iterator = items[Symbol.asyncIterator]();
  while (!(await iterator.next()).done);
}

/** As IAM would decide, as far as these policies go: action, table or index, and the pattern of the key. */
function isAllowed(name: 'authorizer' | 'webhook' | 'users' | 'reconciler', call: Call): boolean {
  return statementsOfFunction(resources, name).some(({ Action, Resource, Condition }) => {
    const onIndex = JSON.stringify(Resource).includes(`/index/${TABLE.index.name}`);
    const keys = (
      Condition as { 'ForAllValues:StringLike'?: { 'dynamodb:LeadingKeys': readonly string[] } } | undefined
    )?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'];
    return (
      [Action].flat().includes(`dynamodb:${call.action}`) &&
      onIndex === (call.index === TABLE.index.name) &&
      (keys === undefined || keys.some((pattern) => matches(pattern, call.key)))
    );
  });
}

function matches(pattern: string, key: string): boolean {
  return pattern.endsWith('*') ? key.startsWith(pattern.slice(0, -1)) : key === pattern;
}
