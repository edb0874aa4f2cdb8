import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { QueryCommandOutput } from '@aws-sdk/lib-dynamodb';
import { TABLE } from '../../names/table.ts';
import type { CallOptions, IndexedUser } from '../../ports/user-store.ts';
import { monthGroups, timeKey } from './creation-index.ts';
import { callTable } from './errors.ts';
import { parseIndexRow } from './index-row.ts';
import type { TableAccess } from './table-access.ts';
import { sendOptions } from './table-access.ts';

/**
 * First pages that are read ahead. From 1970 on there are some 680 months, nearly all of them empty: one after the other they
 * would cost as many round trips.
 */
const MONTHS_IN_FLIGHT = 8;

export interface IndexAccess extends TableAccess {
  /** Rows that one read takes. */
  readonly pageSize: number;
}

/** A partition of the index, or the end of it that starts at a sort key. */
interface Slice {
  readonly group: string;
  readonly fromSort?: string;
}

/** Live users by creation time and id, from `from` (ms) to the end of next month. */
export function listMonths(index: IndexAccess, from: number, options: CallOptions): AsyncIterable<IndexedUser> {
  const [first, ...later] = monthGroups(from, index.clock.now());
  const slices = first === undefined ? [] : [{ group: first, fromSort: timeKey(Math.max(0, Math.ceil(from))) }];
  return listGroups(index, [...slices, ...later.map((group) => ({ group }))], options);
}

/** The rows of several slices, one slice after the other, each in the order of its sort keys. */
export async function* listGroups(
  index: IndexAccess,
  slices: readonly Slice[],
  { signal }: CallOptions,
): AsyncGenerator<IndexedUser> {
  const abandoned = new AbortController();
  const bounded = { signal: signal ? AbortSignal.any([signal, abandoned.signal]) : abandoned.signal };
  try {
    for await (const { slice, page } of firstPages(index, slices, bounded)) {
      yield* rowsOf(page);
      for (let key = page.LastEvaluatedKey; key;) {
        const next = await readPage(index, slice, bounded, key);
        yield* rowsOf(next);
        key = next.LastEvaluatedKey;
      }
    }
  } finally {
    // Whoever stops reading half-way leaves no read behind.
    abandoned.abort();
  }
}

async function* firstPages(
  index: IndexAccess,
  slices: readonly Slice[],
  options: CallOptions,
): AsyncGenerator<{ slice: Slice; page: QueryCommandOutput }> {
  const ahead: Promise<QueryCommandOutput>[] = [];
  for (const [position, slice] of slices.entries()) {
    for (const upcoming of slices.slice(position + ahead.length, position + MONTHS_IN_FLIGHT)) {
      const page = readPage(index, upcoming, options);
      // It is awaited when its turn comes; until then its failure is nobody's.
      page.catch(() => undefined);
      ahead.push(page);
    }
    const page = await ahead.shift();
    if (page) yield { slice, page };
  }
}

function readPage(
  { client, tableName, pageSize }: IndexAccess,
  { group, fromSort }: Slice,
  options: CallOptions,
  after?: QueryCommandOutput['LastEvaluatedKey'],
): Promise<QueryCommandOutput> {
  const { name, partitionKey, sortKey } = TABLE.index;
  const command = new QueryCommand({
    TableName: tableName,
    IndexName: name,
    KeyConditionExpression: fromSort === undefined ? '#group = :group' : '#group = :group AND #sort >= :from',
    ExpressionAttributeNames: { '#group': partitionKey, ...(fromSort !== undefined && { '#sort': sortKey }) },
    ExpressionAttributeValues: { ':group': group, ...(fromSort !== undefined && { ':from': fromSort }) },
    Limit: pageSize,
    ...(after && { ExclusiveStartKey: after }),
  });
  return callTable(() => client.send(command, sendOptions(options)));
}

function rowsOf({ Items = [] }: QueryCommandOutput): IndexedUser[] {
  return Items.map(parseIndexRow);
}
