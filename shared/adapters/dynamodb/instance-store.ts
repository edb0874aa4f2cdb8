import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { TABLE } from '../../names/table.ts';
import type { InstanceStore } from '../../ports/instance-store.ts';
import { callIfMet, callTable } from './errors.ts';
import { noItem, references } from './expression.ts';
import { readerOf } from './read-attributes.ts';
import type { TableAccess } from './table-access.ts';
import { keyOf } from './table-access.ts';

const KEY = 'settings#instance';
const ATTRIBUTE = 'instanceId';

export function createDynamoDbInstanceStore(deps: TableAccess): InstanceStore {
  return { claim: (instanceId) => claim(deps, instanceId), get: () => get(deps) };
}

/** The table arbitrates: of several first claims one stands, and all are told which. */
async function claim({ client, tableName, clock }: TableAccess, instanceId: string): Promise<string> {
  const condition = noItem();
  const command = new PutCommand({
    TableName: tableName,
    Item: { [TABLE.partitionKey]: KEY, [ATTRIBUTE]: instanceId, claimedAt: new Date(clock.now()).toISOString() },
    ConditionExpression: condition.text,
    ...references(condition),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
  const result = await callIfMet(() => client.send(command));
  return result.met ? instanceId : readerOf(result.item ?? {}).text(ATTRIBUTE);
}

async function get({ client, tableName }: TableAccess): Promise<string | undefined> {
  const command = new GetCommand({ TableName: tableName, Key: keyOf(KEY), ConsistentRead: true });
  const { Item } = await callTable(() => client.send(command));
  return Item && readerOf(Item).text(ATTRIBUTE);
}
