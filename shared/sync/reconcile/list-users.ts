import type { Clock } from '../../ports/time.ts';
import type { DirectoryUser, UserDirectory } from '../../ports/user-directory.ts';
import { CursorRefused } from '../../ports/user-directory.ts';
import { UntrustedList } from './failure.ts';

/** Users of one page of Clerk's list that no earlier page had, ascending by creation time. */
export interface ListedPage {
  readonly users: readonly DirectoryUser[];
  /** When the read of the page began, ms. */
  readonly seenAt: number;
}

interface ListDependencies {
  readonly directory: Pick<UserDirectory, 'listUsers'>;
  readonly clock: Clock;
}

/**
 * Walks Clerk's users in creation order, by cursor. What Clerk does with a cursor whose user has been deleted is not
 * documented: a refused one is replaced by the time last seen, and what was seen already is dropped.
 *
 * It ends at an empty page only: a short one proves nothing.
 *
 * @param from only users created at or after this time, ms; 0 for all
 * @param pageSize 1 to 500
 * @throws DirectoryUnavailable when a page cannot be read; UntrustedList when what was read is no walk in creation order
 */
export async function* listUsers(deps: ListDependencies, from: number, pageSize: number): AsyncGenerator<ListedPage> {
  const seen = createSeen(from);
  let start = from;
  let cursor: string | undefined;
  let sinceRefusal = 1;
  for (;;) {
    const seenAt = deps.clock.now();
    const users = await readPage(deps.directory, start, cursor, pageSize);
    if (users === 'refused') {
      if (sinceRefusal === 0) throw new UntrustedList('Clerk refuses the cursors of its own list of users.');
      sinceRefusal = 0;
      start = seen.time();
      cursor = undefined;
      continue;
    }
    const last = users.at(-1);
    if (!last) return;
    if (last.id === cursor) throw new UntrustedList('Clerk answered one page of its list of users twice.');
    const fresh = seen.take(users, cursor === undefined);
    cursor = last.id;
    sinceRefusal += fresh.length;
    if (fresh.length > 0) yield { users: fresh, seenAt };
  }
}

/**
 * @param start users created at or after this time, ms: the bound given to Clerk is 1 ms lower, since it is exclusive
 * @param cursor the last user of the page before; Clerk is asked from `start` all the same, so that a walk is one query
 */
async function readPage(
  directory: ListDependencies['directory'],
  start: number,
  cursor: string | undefined,
  limit: number,
): Promise<readonly DirectoryUser[] | 'refused'> {
  const after = start > 0 ? { createdAfter: start - 1 } : {};
  try {
    return await directory.listUsers({ limit, ...after, ...(cursor === undefined ? {} : { startingAfter: cursor }) });
  } catch (error) {
    if (error instanceof CursorRefused && cursor !== undefined) return 'refused';
    throw error;
  }
}

interface Seen {
  /** The latest creation time seen, ms. */
  time(): number;
  /** Those of a page that were not seen yet. */
  take(users: readonly DirectoryUser[], isFirstPage: boolean): DirectoryUser[];
}

/** Remembers who was seen at the latest creation time: in a list by creation time nobody else can come again. */
function createSeen(from: number): Seen {
  let time = from;
  let ids = new Set<string>();
  const isFresh = (user: DirectoryUser, bound: number | undefined): boolean => {
    const created = user.record.clerkCreatedAt;
    // The bound may turn out to be inclusive.
    if (created === bound) return false;
    if (created < time) throw new UntrustedList("Clerk's list of users is not in the order of creation.");
    if (created > time) {
      time = created;
      ids = new Set();
    }
    if (ids.has(user.id)) return false;
    ids.add(user.id);
    return true;
  };
  return {
    time: () => time,
    take(users, isFirstPage) {
      const bound = isFirstPage ? time - 1 : undefined;
      return users.filter((user) => isFresh(user, bound));
    },
  };
}
