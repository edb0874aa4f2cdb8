import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { TABLE } from '../../names/table.ts';
import { MalformedItem } from '../../ports/malformed-item.ts';
import type { Watermark, WatermarkStore } from '../../ports/watermark-store.ts';
import type { Attributes } from './attribute-value.ts';
import { callIfMet, callTable } from './errors.ts';
import type { Expression } from './expression.ts';
import { anyOf, noItem, references, update } from './expression.ts';
import { readerOf } from './read-attributes.ts';
import type { TableAccess } from './table-access.ts';
import { keyOf } from './table-access.ts';
import type { ItemChange } from './user-item.ts';
import { isoTime } from './user-item.ts';

const KEY = 'watermark';

export function createDynamoDbWatermarkStore(deps: TableAccess): WatermarkStore {
  return { get: () => get(deps), advance: (to) => advance(deps, to) };
}

/** One that this version cannot read is none: the next full run leaves another. */
async function get({ client, tableName }: TableAccess): Promise<Watermark | undefined> {
  const command = new GetCommand({ TableName: tableName, Key: keyOf(KEY), ConsistentRead: true });
  const { Item } = await callTable(() => client.send(command));
  return Item && parse(Item);
}

function parse(item: Attributes): Watermark | undefined {
  const read = readerOf(item);
  try {
    return { updatedAt: read.time('updatedAt'), apart: read.number('apart') };
  } catch (error) {
    if (error instanceof MalformedItem) return undefined;
    throw error;
  }
}

/** The table arbitrates the time. What is known of the counts is newer than what was, whichever time is later. */
async function advance(
  deps: TableAccess,
  { updatedAt, apart }: Parameters<WatermarkStore['advance']>[0],
): Promise<void> {
  const time = { updatedAt: isoTime(updatedAt) };
  const isLater = { text: '#updatedAt <= :updatedAt', names: {}, values: {} };
  if (apart === undefined) return void (await change(deps, time, isLater));
  if (await change(deps, { ...time, apart }, anyOf(noItem(), isLater))) return;
  const isReadable = (await get(deps)) !== undefined;
  await change(deps, isReadable ? { apart } : { ...time, apart }, isItem());
}

function isItem(): Expression {
  return { text: 'attribute_exists(#pk)', names: { '#pk': TABLE.partitionKey }, values: {} };
}

/** @returns whether the condition was met */
async function change(
  { client, tableName }: TableAccess,
  changed: ItemChange,
  condition: Expression,
): Promise<boolean> {
  const expression = update(changed);
  const command = new UpdateCommand({
    TableName: tableName,
    Key: keyOf(KEY),
    UpdateExpression: expression.text,
    ConditionExpression: condition.text,
    ...references(expression, condition),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
  return (await callIfMet(() => client.send(command))).met;
}
