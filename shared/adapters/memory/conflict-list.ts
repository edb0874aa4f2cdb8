import { nameKey } from '../../domain/names.ts';
import type { Name } from '../../domain/names.ts';
import type { ConflictList } from '../../ports/conflict-list.ts';
import type { UserStore } from '../../ports/user-store.ts';
import { pageOf } from './page.ts';

/** The conflicts of a user store that is in memory. */
export function createMemoryConflictList(users: Pick<UserStore, 'listConflicts'>): ConflictList {
  return {
    async list(page) {
      const names: [string, Name][] = [];
      for await (const name of users.listConflicts()) names.push([nameKey(name), name]);
      return pageOf(names, page);
    },
  };
}
