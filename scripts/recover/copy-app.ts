import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { TABLE } from '../../shared/names/table.ts';
import type { MirrorTable } from '../support/table.ts';
import type { CopyOutcome, RestoredApp } from './copy-one.ts';
import { copyOne } from './copy-one.ts';

export interface CopyOptions {
  /** The table to copy from, restored beside the mirror's own. */
  readonly from: string;
  /** Attributes that both have become what they were; by default what is there now stands. */
  readonly overwrite: boolean;
  /** Nothing is written; the counts say what would be. */
  readonly dryRun: boolean;
  /** Told after every few users. */
  readonly onProgress: (counts: CopyCounts) => void;
  /** Told of each user whose attributes could not be copied, and why. */
  readonly onFailure: (userId: string, why: string) => void;
  readonly signal: AbortSignal;
}

/** How many users with attributes of the application the restored table has, by what came of it. */
export type CopyCounts = Readonly<Record<CopyOutcome, number>>;

/** Users at a time: some 500 a second, half of what a table on demand takes from its first minute on. */
const AT_ONCE = 16;

/**
 * Copies the application's attributes of users from a restored table into the mirror's own, a page at a time: memory does not
 * grow with the table. What has been copied is left alone the next time, so that a copy which was broken off is made again.
 *
 * @returns how far it has come, also where the signal has stopped it
 * @throws the SDK's error when the restored table cannot be read
 */
export async function copyApp(table: MirrorTable, options: CopyOptions): Promise<CopyCounts> {
  const counts: Record<CopyOutcome, number> = { copied: 0, kept: 0, absent: 0, decided: 0, failed: 0 };
  for await (const users of pages(table, options.from)) {
    for (let at = 0; at < users.length; at += AT_ONCE) {
      if (options.signal.aborted) return counts;
      const some = users.slice(at, at + AT_ONCE);
      for (const outcome of await Promise.all(some.map((user) => copyOne(table, user, options)))) counts[outcome] += 1;
      options.onProgress(counts);
    }
  }
  return counts;
}

async function* pages({ client }: MirrorTable, tableName: string): AsyncGenerator<readonly RestoredApp[]> {
  let from: Record<string, AttributeValue> | undefined;
  do {
    const command = new ScanCommand({
      TableName: tableName,
      FilterExpression: 'begins_with(#pk, :user) AND attribute_type(#app, :map) AND size(#app) > :none',
      ProjectionExpression: '#pk, #app, restoredAt',
      ExpressionAttributeNames: { '#pk': TABLE.partitionKey, '#app': 'app' },
      ExpressionAttributeValues: { ':user': { S: TABLE.userPrefix }, ':map': { S: 'M' }, ':none': { N: '0' } },
      ...(from && { ExclusiveStartKey: from }),
    });
    const { Items = [], LastEvaluatedKey } = await client.send(command);
    yield Items.map((item) => ({
      key: item[TABLE.partitionKey]?.S ?? '',
      app: item['app']?.M ?? {},
      restoredAt: item['restoredAt']?.S,
    }));
    from = LastEvaluatedKey;
  } while (from);
}
