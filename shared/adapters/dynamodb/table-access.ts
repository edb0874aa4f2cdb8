import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { TABLE } from '../../names/table.ts';
import type { Clock } from '../../ports/time.ts';
import type { CallOptions } from '../../ports/user-store.ts';
import type { Attributes } from './attribute-value.ts';
import { callTable } from './errors.ts';
import { isExpired } from './expiry.ts';
import { readerOf } from './read-attributes.ts';

/** What every store over the table depends on. */
export interface TableAccess {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  /** Tells which items are past their time to live. */
  readonly clock: Clock;
}

export function keyOf(key: string): Record<string, string> {
  return { [TABLE.partitionKey]: key };
}

/** The item, unless there is none or it is past its time to live. */
export function living(item: Attributes | undefined, clock: Clock): Attributes | undefined {
  if (!item) return undefined;
  return isExpired(readerOf(item).optionalNumber(TABLE.timeToLive), clock.now()) ? undefined : item;
}

/** Reads an item by its key, consistently; one that is past its time to live is not there. @throws StoreUnavailable */
export async function readItem(
  { client, tableName, clock }: TableAccess,
  key: string,
): Promise<Attributes | undefined> {
  const command = new GetCommand({ TableName: tableName, Key: keyOf(key), ConsistentRead: true });
  const { Item } = await callTable(() => client.send(command));
  return living(Item, clock);
}

/** Options of one call of the SDK. */
export function sendOptions({ signal }: CallOptions): { abortSignal?: AbortSignal } {
  return signal ? { abortSignal: signal } : {};
}
