import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { TABLE } from '../../names/table.ts';
import type { Clock } from '../../ports/time.ts';
import type { CallOptions } from '../../ports/user-store.ts';
import type { Attributes } from './attribute-value.ts';
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

/** Options of one call of the SDK. */
export function sendOptions({ signal }: CallOptions): { abortSignal?: AbortSignal } {
  return signal ? { abortSignal: signal } : {};
}
