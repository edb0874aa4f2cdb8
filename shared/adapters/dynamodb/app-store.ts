import type { AttributeValue, UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import { GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { AppChange } from '../../domain/app-change.ts';
import type { AppReading, AppStore, AppWriteResult } from '../../ports/app-store.ts';
import type { CallOptions } from '../../ports/user-store.ts';
import { fromNotation, mapToNotation } from './attribute-value.ts';
import type { RawItem } from './errors.ts';
import { callIfMetRaw, callTable } from './errors.ts';
import type { Expression } from './expression.ts';
import { allOf, notPastExpiry, revisionIs } from './expression.ts';
import { keptNotation, memberOf } from './kept-notation.ts';
import { readerOf } from './read-attributes.ts';
import { refuseUnstorableApp } from './storable-user.ts';
import type { TableAccess } from './table-access.ts';
import { keyOf, living, sendOptions } from './table-access.ts';
import { parseUserItem, userKey } from './user-item.ts';

/**
 * The application's attributes on the users' items. Everything goes in DynamoDB's own notation: what a write takes `app` to
 * be must be exactly what was read, also where the application keeps sets or long numbers there.
 */
export function createDynamoDbAppStore(table: TableAccess): AppStore {
  return { read: (userId, options = {}) => read(table, userId, options) };
}

async function read(table: TableAccess, userId: string, options: CallOptions): Promise<AppReading | undefined> {
  const command = new GetItemCommand({
    TableName: table.tableName,
    Key: rawKey(userId),
    ConsistentRead: true,
  });
  const { Item } = await callTable(() => table.client.send(command, sendOptions(options)));
  return readingOf(table, Item);
}

/** @throws MalformedItem where the application has made something else than a map of `app`: no attribute can be set in it */
function readingOf(table: TableAccess, raw: RawItem | undefined): AppReading | undefined {
  const item = living(raw && fromNotation(raw), table.clock);
  if (!item) return undefined;
  readerOf(item).json('app');
  const reading = { user: parseUserItem(item), app: raw?.['app'] };
  return { user: reading.user, write: (change, options = {}) => write(table, reading, change, options) };
}

interface RawReading extends Pick<AppReading, 'user'> {
  /** As the item has it. */
  readonly app: AttributeValue | undefined;
}

async function write(
  table: TableAccess,
  reading: RawReading,
  change: AppChange,
  options: CallOptions,
): Promise<AppWriteResult> {
  refuseUnstorableApp(reading.user, change);
  const command = new UpdateItemCommand(writeInput(table, reading, change));
  const result = await callIfMetRaw(() => table.client.send(command, sendOptions(options)));
  if (!result.met) return { status: 'lost', current: readingOf(table, result.item) };
  return { status: 'written', user: parseUserItem(fromNotation(result.output.Attributes ?? {})) };
}

function writeInput(
  { tableName, clock }: TableAccess,
  { user, app }: RawReading,
  change: AppChange,
): UpdateItemCommandInput {
  const update = appUpdate(change, app?.M ?? {});
  const condition = allOf(revisionIs(user.revision), notPastExpiry(clock.now()));
  const values = { ...update.values, ...mapToNotation(Object.entries(condition.values)) };
  return {
    TableName: tableName,
    Key: rawKey(user.id),
    UpdateExpression: update.text,
    ConditionExpression: `${condition.text} AND #app = :app`,
    ExpressionAttributeNames: { ...update.names, ...condition.names },
    ExpressionAttributeValues: { ...values, ...(app && { ':app': app }) },
    ReturnValues: 'ALL_NEW',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  };
}

interface AppUpdate extends Pick<Expression, 'text' | 'names'> {
  readonly values: Readonly<Record<string, AttributeValue>>;
}

/** Sets and removes by path, `app.<name>`: nothing else of the item is named, and inside an attribute nothing else changed. */
function appUpdate(change: AppChange, app: Readonly<Record<string, AttributeValue>>): AppUpdate {
  const entries = Object.entries(change).map(([name, value], at) => ({ name, value, at }));
  const set = entries.filter(({ value }) => value !== null);
  const removed = entries.filter(({ value }) => value === null);
  const sets = set.map(({ at }) => `#app.#a${at} = :a${at}`).join(', ');
  const removes = removed.map(({ at }) => `#app.#a${at}`).join(', ');
  return {
    text: [sets && `SET ${sets}`, removes && `REMOVE ${removes}`].filter(Boolean).join(' '),
    names: { '#app': 'app', ...Object.fromEntries(entries.map(({ name, at }) => [`#a${at}`, name])) },
    values: Object.fromEntries(set.map(({ name, value, at }) => [`:a${at}`, keptNotation(memberOf(app, name), value)])),
  };
}

function rawKey(userId: string): Record<string, AttributeValue> {
  return mapToNotation(Object.entries(keyOf(userKey(userId))));
}
