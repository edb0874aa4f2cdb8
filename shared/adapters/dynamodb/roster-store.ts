import { DeleteCommand, GetCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { RosterChange, RosterEntry } from '../../domain/roster.ts';
import { TABLE } from '../../names/table.ts';
import type { ListedEntries, RosterPage, RosterStore } from '../../ports/roster-store.ts';
import type { CallOptions } from '../../ports/user-store.ts';
import { callIfMet, callTable } from './errors.ts';
import type { Expression } from './expression.ts';
import { references, update } from './expression.ts';
import { readerOf } from './read-attributes.ts';
import { entryAttributes, entryIs, parseEntryItem, ROSTER, rosterKey } from './roster-item.ts';
import type { TableAccess } from './table-access.ts';
import { keyOf, sendOptions } from './table-access.ts';

export function createDynamoDbRosterStore(deps: TableAccess): RosterStore {
  return {
    get: (email, options = {}) => get(deps, email, options),
    list: (page, options = {}) => list(deps, page, options),
    change: (change, options = {}) => (change.after ? put(deps, change, options) : remove(deps, change, options)),
    sweep: async (email, options = {}) => void (await remove(deps, { email, before: undefined }, options)),
  };
}

async function get(
  { client, tableName }: TableAccess,
  email: string,
  options: CallOptions,
): Promise<RosterEntry | undefined> {
  const command = new GetCommand({ TableName: tableName, Key: keyOf(rosterKey(email)), ConsistentRead: true });
  const { Item } = await callTable(() => client.send(command, sendOptions(options)));
  return parseEntryItem(Item);
}

/** The index has the addresses only, and lags: each entry is read by its key. */
async function list(
  deps: TableAccess,
  { limit, after = '' }: RosterPage,
  options: CallOptions,
): Promise<ListedEntries> {
  const { name, partitionKey, sortKey } = TABLE.index;
  const command = new QueryCommand({
    TableName: deps.tableName,
    IndexName: name,
    KeyConditionExpression: after === '' ? '#group = :group' : '#group = :group AND #sort > :after',
    ExpressionAttributeNames: { '#group': partitionKey, ...(after !== '' && { '#sort': sortKey }) },
    ExpressionAttributeValues: { ':group': ROSTER, ...(after !== '' && { ':after': after }) },
    Limit: limit,
  });
  const { Items = [], LastEvaluatedKey } = await callTable(() => deps.client.send(command, sendOptions(options)));
  const emails = Items.map((row) => readerOf(row).text(sortKey));
  const entries = await Promise.all(emails.map((email) => get(deps, email, options)));
  return {
    entries: entries.filter((entry) => entry !== undefined),
    next: LastEvaluatedKey ? emails.at(-1) : undefined,
  };
}

async function put(
  { client, tableName, clock }: TableAccess,
  { email, before, after }: RosterChange,
  options: CallOptions,
): Promise<boolean> {
  const change = update(entryAttributes(after, clock.now()));
  const condition = entryIs(before);
  const command = new UpdateCommand({
    TableName: tableName,
    Key: keyOf(rosterKey(email)),
    UpdateExpression: change.text,
    ConditionExpression: condition.text,
    ...references(change, condition),
  });
  return (await callIfMet(() => client.send(command, sendOptions(options)))).met;
}

async function remove(
  { client, tableName }: TableAccess,
  { email, before }: Pick<RosterChange, 'email' | 'before'>,
  options: CallOptions,
): Promise<boolean> {
  const condition: Expression = entryIs(before);
  const command = new DeleteCommand({
    TableName: tableName,
    Key: keyOf(rosterKey(email)),
    ConditionExpression: condition.text,
    ...references(condition),
  });
  return (await callIfMet(() => client.send(command, sendOptions(options)))).met;
}
