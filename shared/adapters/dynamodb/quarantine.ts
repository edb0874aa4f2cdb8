import { GetCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { QueryCommandOutput } from '@aws-sdk/lib-dynamodb';
import { TABLE } from '../../names/table.ts';
import type { Quarantine, QuarantinedEvent, QuarantineEntry, QuarantineListing } from '../../ports/quarantine.ts';
import type { Unreadable } from '../../ports/unreadable.ts';
import { isReadable } from '../../ports/unreadable.ts';
import { timeKey } from './creation-index.ts';
import { callIfMet, callTable } from './errors.ts';
import { expiryAfter, isExpired, oldestAlive, QUARANTINE_DAYS, secondsOf } from './expiry.ts';
import type { Expression } from './expression.ts';
import { anyOf, noItem, pastExpiry, references, update } from './expression.ts';
import {
  dismissedEvent,
  itemOfEvent,
  parseEntry,
  parseEvent,
  QUARANTINE_GROUP,
  quarantineKey,
  sortKeyOfEntry,
} from './quarantine-item.ts';
import type { TableAccess } from './table-access.ts';
import { keyOf, living } from './table-access.ts';

/** Rows of the index that one read takes. */
const PAGE_SIZE = 1000;

type Paged<Access> = Access & {
  /** Rows of the index that one read takes. */
  readonly pageSize?: number;
};

export function createDynamoDbQuarantine(deps: Paged<TableAccess>): Quarantine {
  return {
    put: (event) => put(deps, event),
    get: (id) => get(deps, id),
    list: (listing = {}) => list(deps, listing),
    dismiss: (id) => dismiss(deps, id),
  };
}

/** A message comes again under its id: the first refusal stands, and its 30 days are not prolonged. */
async function put({ client, tableName, clock }: TableAccess, event: QuarantinedEvent): Promise<void> {
  const condition = anyOf(noItem(), pastExpiry(clock.now()), withoutBody());
  const command = new PutCommand({
    TableName: tableName,
    Item: itemOfEvent(event),
    ConditionExpression: condition.text,
    ...references(condition),
  });
  await callIfMet(() => client.send(command));
}

async function get({ client, tableName, clock }: TableAccess, id: string): Promise<QuarantinedEvent | undefined> {
  const command = new GetCommand({ TableName: tableName, Key: keyOf(quarantineKey(id)), ConsistentRead: true });
  const { Item } = await callTable(() => client.send(command));
  const item = living(Item, clock);
  return item?.['body'] === undefined ? undefined : parseEvent(item);
}

/** The rows' own times tell which are past their 30 days: the index does not project the time to live. */
async function* list(
  deps: Paged<TableAccess>,
  { after, userId }: QuarantineListing,
): AsyncGenerator<QuarantineEntry | Unreadable, void> {
  const oldest = timeKey(oldestAlive(deps.clock.now(), QUARANTINE_DAYS));
  const last = after ? sortKeyOfEntry(after) : '';
  const behind = last > oldest ? last : oldest;
  for (let key: QueryCommandOutput['LastEvaluatedKey']; ;) {
    const page = await readPage(deps, behind, key);
    for (const entry of (page.Items ?? []).map(parseEntry)) {
      const isAsked = !isReadable(entry) || userId === undefined || entry.userId === userId;
      if (isAsked && isWaiting(entry, deps.clock.now())) yield entry;
    }
    key = page.LastEvaluatedKey;
    if (!key) return;
  }
}

function readPage(
  { client, tableName, pageSize = PAGE_SIZE }: Paged<TableAccess>,
  behind: string,
  start: QueryCommandOutput['LastEvaluatedKey'],
): Promise<QueryCommandOutput> {
  const { name, partitionKey, sortKey } = TABLE.index;
  const command = new QueryCommand({
    TableName: tableName,
    IndexName: name,
    KeyConditionExpression: '#group = :group AND #sort > :behind',
    ExpressionAttributeNames: { '#group': partitionKey, '#sort': sortKey },
    ExpressionAttributeValues: { ':group': QUARANTINE_GROUP, ':behind': behind },
    Limit: pageSize,
    ...(start && { ExclusiveStartKey: start }),
  });
  return callTable(() => client.send(command));
}

function isWaiting(entry: QuarantineEntry | Unreadable, now: number): boolean {
  return !isReadable(entry) || !isExpired(expiryAfter(entry.firstAt, QUARANTINE_DAYS), now);
}

/** An update, so that nobody needs the right to delete items: the body goes now, the rest when DynamoDB sweeps what has expired. */
async function dismiss({ client, tableName, clock }: TableAccess, id: string): Promise<boolean> {
  const now = clock.now();
  const change = update(dismissedEvent(secondsOf(now)));
  const condition = isThere(now);
  const command = new UpdateCommand({
    TableName: tableName,
    Key: keyOf(quarantineKey(id)),
    UpdateExpression: change.text,
    ConditionExpression: condition.text,
    ...references(change, condition),
  });
  return (await callIfMet(() => client.send(command))).met;
}

/** Dismissed: the body tells, for its time to live is a moment that another container's clock may not have come to. */
function withoutBody(): Expression {
  return { text: 'attribute_not_exists(#body)', names: { '#body': 'body' }, values: {} };
}

/** Every event has a body and a time to live, so that this also says that there is one: an update would make one otherwise. */
function isThere(now: number): Expression {
  return {
    text: 'attribute_exists(#body) AND #expiresAt > :nowSeconds',
    names: { '#body': 'body', '#expiresAt': TABLE.timeToLive },
    values: { ':nowSeconds': secondsOf(now) },
  };
}
