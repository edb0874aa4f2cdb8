import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { JsonObject } from '../../domain/json.ts';
import type { CallOptions } from '../../ports/user-store.ts';
import { fromNotation, mapToNotation } from './attribute-value.ts';
import { callTable } from './errors.ts';
import { toJsonObject } from './json-attributes.ts';
import type { TableAccess } from './table-access.ts';
import { keyOf, sendOptions } from './table-access.ts';
import { userKey } from './user-item.ts';

export interface InheritedApp {
  /** What the heir's `app` becomes, in DynamoDB's notation: sets, bytes and long numbers stay what they are. */
  readonly app: AttributeValue;
  /** What the heir's `app` must still be. */
  readonly own: AttributeValue | undefined;
  readonly json: JsonObject;
}

/**
 * The application's attributes of somebody who comes back as a new user: those of the deleted user, under those that the new
 * one has got already.
 *
 * @param heirId undefined for a user who is being created
 */
export async function inheritedApp(
  table: TableAccess,
  fromId: string,
  heirId: string | undefined,
  options: CallOptions,
): Promise<InheritedApp> {
  const [inherited, own] = await Promise.all([
    readApp(table, fromId, options),
    heirId === undefined ? undefined : readApp(table, heirId, options),
  ]);
  const app = { ...inherited?.M, ...own?.M };
  return { app: { M: app }, own, json: toJsonObject(fromNotation(app)) };
}

async function readApp(
  { client, tableName }: TableAccess,
  userId: string,
  options: CallOptions,
): Promise<AttributeValue | undefined> {
  const command = new GetItemCommand({
    TableName: tableName,
    Key: mapToNotation(Object.entries(keyOf(userKey(userId)))),
    ProjectionExpression: '#app',
    ExpressionAttributeNames: { '#app': 'app' },
    ConsistentRead: true,
  });
  const { Item } = await callTable(() => client.send(command, sendOptions(options)));
  return Item?.['app'];
}
