import type { CallOptions } from '../../../shared/ports/user-store.ts';

/** A call that goes to the table and comes back. */
export type Through = <T>(own: CallOptions | undefined, apply: () => Promise<T>) => Promise<T>;

/** Rows of a page, as the table's own pages are: what comes between two of them is seen or not. */
const PAGE = 4;

/** Reads a list page by page. @param list all rows, at the moment at which the first call arrives */
export async function* listed<T>(
  read: Through,
  own: CallOptions | undefined,
  list: () => AsyncIterable<T> | readonly T[],
  size = PAGE,
): AsyncGenerator<T> {
  const rows = await read(own, () => collect(list()));
  for (const [at, row] of rows.entries()) {
    if (at > 0 && at % size === 0) await read(own, () => Promise.resolve());
    yield row;
  }
}

async function collect<T>(rows: AsyncIterable<T> | readonly T[]): Promise<readonly T[]> {
  if (!(Symbol.asyncIterator in rows)) return rows;
  const all: T[] = [];
  for await (const row of rows) all.push(row);
  return all;
}
