import { TABLE } from '../../names/table.ts';
import type { ConflictList } from '../../ports/conflict-list.ts';
import { CONFLICTS } from './creation-index.ts';
import { readIndexPage } from './index-page.ts';
import { readerOf } from './read-attributes.ts';
import { nameOfKey } from './reservation-item.ts';
import type { TableAccess } from './table-access.ts';

export function createDynamoDbConflictList(deps: TableAccess): ConflictList {
  return {
    async list(page) {
      const { items: rows, next } = await readIndexPage(deps, { group: CONFLICTS, newestFirst: false }, page);
      const names = rows.map((row) => nameOfKey(readerOf(row).text(TABLE.partitionKey)));
      return { items: names.filter((name) => name !== undefined), next };
    },
  };
}
