import { TABLE } from '../../names/table.ts';
import type { RunHistory } from '../../ports/run-history.ts';
import { readIndexPage } from './index-page.ts';
import { readerOf } from './read-attributes.ts';
import { parseListedRun, RUNS } from './run-item.ts';
import type { TableAccess } from './table-access.ts';
import { readItem } from './table-access.ts';

/** The index knows which runs there are; each is read by its key, since the index lags and keeps little of them. */
export function createDynamoDbRunHistory(deps: TableAccess): RunHistory {
  return {
    async list(page) {
      const { items: rows, next } = await readIndexPage(deps, { group: RUNS, newestFirst: true }, page);
      const items = await Promise.all(rows.map((row) => readItem(deps, readerOf(row).text(TABLE.partitionKey))));
      return { items: items.filter((item) => item !== undefined).map(parseListedRun), next };
    },
  };
}
