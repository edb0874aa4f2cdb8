import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { TABLE } from '../../names/table.ts';
import type { Quarantine, QuarantinedEvent } from '../../ports/quarantine.ts';
import type { Attributes } from './attribute-value.ts';
import { sortKey } from './creation-index.ts';
import { callIfMet, callTable } from './errors.ts';
import { expiryAfter, QUARANTINE_DAYS } from './expiry.ts';
import { anyOf, noItem, pastExpiry, references } from './expression.ts';
import { readerOf } from './read-attributes.ts';
import type { TableAccess } from './table-access.ts';
import { keyOf, living } from './table-access.ts';
import { isoTime } from './user-item.ts';

export function createDynamoDbQuarantine(deps: TableAccess): Quarantine {
  return { put: (event) => put(deps, event), get: (id) => get(deps, id) };
}

/** A message comes again under its id: the first refusal stands, and its 30 days are not prolonged. */
async function put({ client, tableName, clock }: TableAccess, event: QuarantinedEvent): Promise<void> {
  const condition = anyOf(noItem(), pastExpiry(clock.now()));
  const command = new PutCommand({
    TableName: tableName,
    Item: itemOf(event),
    ConditionExpression: condition.text,
    ...references(condition),
  });
  await callIfMet(() => client.send(command));
}

async function get({ client, tableName, clock }: TableAccess, id: string): Promise<QuarantinedEvent | undefined> {
  const command = new GetCommand({ TableName: tableName, Key: keyOf(keyOfEvent(id)), ConsistentRead: true });
  const { Item } = await callTable(() => client.send(command));
  const item = living(Item, clock);
  return item && parseEvent(item);
}

function keyOfEvent(id: string): string {
  return `quarantine#${id}`;
}

function itemOf({ id, body, reason, firstAt, userId }: QuarantinedEvent): Record<string, string | number> {
  return {
    [TABLE.partitionKey]: keyOfEvent(id),
    id,
    body,
    reason,
    firstAt: isoTime(firstAt),
    ...(userId !== undefined && { userId }),
    [TABLE.timeToLive]: expiryAfter(firstAt, QUARANTINE_DAYS),
    [TABLE.index.partitionKey]: 'quarantine',
    [TABLE.index.sortKey]: sortKey(firstAt, id),
  };
}

function parseEvent(item: Attributes): QuarantinedEvent {
  const read = readerOf(item);
  return {
    id: read.text('id'),
    body: read.text('body'),
    reason: read.text('reason'),
    firstAt: read.time('firstAt'),
    userId: read.optionalText('userId'),
  };
}
