import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { TABLE } from '../../names/table.ts';
import type { Page, PageRequest } from '../../ports/page.ts';
import type { Attributes } from './attribute-value.ts';
import { callTable } from './errors.ts';
import { readerOf } from './read-attributes.ts';
import type { TableAccess } from './table-access.ts';

/** A partition of the index, and the end that a list of it begins at. */
export interface ListedGroup {
  readonly group: string;
  readonly newestFirst: boolean;
  /** Sort key that the list does not go below. */
  readonly fromSort?: string;
}

/** Below and above every sort key: all begin with a digit or a letter. */
const LOWEST = ' ';
const HIGHEST = '~';

/**
 * One page of a partition, by one read. Where it goes on is a bound of the sort key: whatever a client sends there, the partition
 * stays the one that was asked for.
 *
 * @returns the rows; `next` is the sort key of the last one
 * @throws StoreUnavailable
 */
export async function readIndexPage(
  deps: TableAccess,
  listed: ListedGroup,
  { limit, after }: PageRequest,
): Promise<Page<Attributes>> {
  // The bound is inclusive, and the row that it names has been shown: one more is read in its place, and one to see if it goes on.
  const { Items = [], LastEvaluatedKey } = await callTable(() =>
    deps.client.send(query(deps, listed, after, limit + 2)),
  );
  const fresh = Items.filter((row) => sortKeyOf(row) !== after);
  const items = fresh.slice(0, limit);
  const last = items.at(-1);
  const goesOn = fresh.length > limit || LastEvaluatedKey !== undefined;
  return { items, next: goesOn && last ? sortKeyOf(last) : undefined };
}

function query(
  { tableName }: TableAccess,
  { group, newestFirst, fromSort = LOWEST }: ListedGroup,
  after: string | undefined,
  most: number,
): QueryCommand {
  const { name, partitionKey, sortKey } = TABLE.index;
  const [from, to] = newestFirst ? [fromSort, after ?? HIGHEST] : [after ?? fromSort, HIGHEST];
  return new QueryCommand({
    TableName: tableName,
    IndexName: name,
    KeyConditionExpression: '#group = :group AND #sort BETWEEN :from AND :to',
    ExpressionAttributeNames: { '#group': partitionKey, '#sort': sortKey },
    // Bounds that have crossed would be refused: there is nothing between them.
    ExpressionAttributeValues: { ':group': group, ':from': from, ':to': to < from ? from : to },
    ScanIndexForward: !newestFirst,
    Limit: most,
  });
}

function sortKeyOf(row: Attributes): string {
  return readerOf(row).text(TABLE.index.sortKey);
}
