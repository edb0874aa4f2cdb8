import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { QueryCommandInput, QueryCommandOutput } from '@aws-sdk/lib-dynamodb';
import { TABLE } from '../../names/table.ts';
import type { CallOptions } from '../../ports/user-store.ts';
import type { Attributes } from './attribute-value.ts';
import { callTable } from './errors.ts';
import type { TableAccess } from './table-access.ts';
import { sendOptions } from './table-access.ts';

/**
 * First pages that are read at the same time. From 1970 on there are some 680 months, nearly all of them empty: one after the
 * other they would cost as many round trips. Where there are rows, what is read ahead fills the memory and saves little.
 */
const MONTHS_IN_FLIGHT = { fewest: 2, most: 8 } as const;

export interface IndexAccess extends TableAccess {
  /** Rows that one read takes. */
  readonly pageSize: number;
}

/** A partition of the index, or the stretch of it between two sort keys. */
export interface Slice {
  readonly group: string;
  readonly fromSort?: string;
  /** A sort key that no row has: it does not matter that the bound is inclusive. */
  readonly toSort?: string;
  /** Whether the rows are only counted: they are read all the same, and not sent. */
  readonly isCounted?: true;
}

/** The rows of several slices, one slice after the other, each in the order of its sort keys. */
export async function* listRows(
  index: IndexAccess,
  slices: readonly Slice[],
  options: CallOptions,
): AsyncGenerator<Attributes> {
  for await (const { page } of pagesOf(index, slices, options)) yield* page.Items ?? [];
}

/** How many rows each partition has, one after the other. */
export async function* countRows(
  index: IndexAccess,
  groups: readonly string[],
  options: CallOptions,
): AsyncGenerator<{ readonly group: string; readonly rows: number }> {
  const slices = groups.map((group): Slice => ({ group, isCounted: true }));
  let rows = 0;
  for await (const { slice, page } of pagesOf(index, slices, options)) {
    rows += page.Count ?? 0;
    if (page.LastEvaluatedKey) continue;
    yield { group: slice.group, rows };
    rows = 0;
  }
}

interface PageOfSlice {
  readonly slice: Slice;
  readonly page: QueryCommandOutput;
}

/** Every page of every slice, in order. */
async function* pagesOf(
  index: IndexAccess,
  slices: readonly Slice[],
  { signal }: CallOptions,
): AsyncGenerator<PageOfSlice> {
  const abandoned = new AbortController();
  const bounded = { signal: signal ? AbortSignal.any([signal, abandoned.signal]) : abandoned.signal };
  try {
    for await (const first of firstPages(index, slices, bounded)) {
      yield first;
      for (let key = first.page.LastEvaluatedKey; key;) {
        const page = await readPage(index, first.slice, bounded, key);
        yield { slice: first.slice, page };
        key = page.LastEvaluatedKey;
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
): AsyncGenerator<PageOfSlice> {
  const ahead: Promise<QueryCommandOutput>[] = [];
  let inFlight: number = MONTHS_IN_FLIGHT.fewest;
  for (const [position, slice] of slices.entries()) {
    for (const upcoming of slices.slice(position + ahead.length, position + inFlight)) {
      const page = readPage(index, upcoming, options);
      // It is awaited when its turn comes; until then its failure is nobody's.
      page.catch(() => undefined);
      ahead.push(page);
    }
    const page = await ahead.shift();
    inFlight = page?.Items?.length ? MONTHS_IN_FLIGHT.fewest : Math.min(2 * inFlight, MONTHS_IN_FLIGHT.most);
    if (page) yield { slice, page };
  }
}

function readPage(
  { client, tableName, pageSize }: IndexAccess,
  slice: Slice,
  options: CallOptions,
  after?: QueryCommandOutput['LastEvaluatedKey'],
): Promise<QueryCommandOutput> {
  const command = new QueryCommand({
    TableName: tableName,
    IndexName: TABLE.index.name,
    ...conditionOf(slice),
    Limit: pageSize,
    ...(slice.isCounted && { Select: 'COUNT' as const }),
    ...(after && { ExclusiveStartKey: after }),
  });
  return callTable(() => client.send(command, sendOptions(options)));
}

type Condition = Pick<
  QueryCommandInput,
  'KeyConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
>;

function conditionOf({ group, fromSort, toSort }: Slice): Condition {
  const { partitionKey, sortKey } = TABLE.index;
  const isWhole = fromSort === undefined && toSort === undefined;
  return {
    KeyConditionExpression: `#group = :group${sortCondition(fromSort, toSort)}`,
    ExpressionAttributeNames: { '#group': partitionKey, ...(!isWhole && { '#sort': sortKey }) },
    ExpressionAttributeValues: {
      ':group': group,
      ...(fromSort !== undefined && { ':from': fromSort }),
      ...(toSort !== undefined && { ':to': toSort }),
    },
  };
}

function sortCondition(fromSort: string | undefined, toSort: string | undefined): string {
  if (fromSort !== undefined && toSort !== undefined) return ' AND #sort BETWEEN :from AND :to';
  if (fromSort !== undefined) return ' AND #sort >= :from';
  return toSort === undefined ? '' : ' AND #sort < :to';
}
