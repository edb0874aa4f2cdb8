import type { Clock } from '../../ports/time.ts';
import type { DirectoryUser, UserDirectory } from '../../ports/user-directory.ts';
import { CursorRefused } from '../../ports/user-directory.ts';
import { CursorLost, UntrustedList } from './failure.ts';

/** Users of one page of Clerk's list that no earlier page had, ascending by creation time. */
export interface ListedPage {
  readonly users: readonly DirectoryUser[];
  /** When the read of the page began, ms. */
  readonly seenAt: number;
  /** The last user of the page, by whom the list goes on. */
  readonly cursor: string;
}

interface ListDependencies {
  readonly directory: Pick<UserDirectory, 'listUsers'>;
  readonly clock: Clock;
  readonly limits: {
    /** 1 to 500. */
    readonly pageSize: number;
    /** Users of one creation time above which they are not remembered. */
    readonly largeMoment: number;
  };
}

/** Where the list begins. */
export interface ListStart {
  /** Only users created at or after this time, ms; 0 for all. */
  readonly from: number;
  /** A user created at `from`: only those who come after her. Who came before is not remembered. */
  readonly cursor?: string | undefined;
}

/**
 * Walks Clerk's users in creation order, by cursor. What Clerk does with a cursor whose user has been deleted is not
 * documented: a refused one is replaced by the time last seen, and what was seen already is dropped.
 *
 * It ends at an empty page only: a short one proves nothing. Neither does an empty one behind a cursor, by itself: Clerk is
 * asked once more for whoever was created later.
 *
 * @throws DirectoryUnavailable when a page cannot be read; UntrustedList when what was read is no walk in creation order;
 * CursorLost when a cursor is refused among more users of one creation time than are remembered
 */
export async function* listUsers(deps: ListDependencies, where: ListStart): AsyncGenerator<ListedPage> {
  const { pageSize, largeMoment } = deps.limits;
  const seen = createSeen(where, largeMoment);
  let start = where.from;
  let cursor = where.cursor;
  let sinceRefusal = 1;
  let hasAskedAgain = false;
  for (;;) {
    const seenAt = deps.clock.now();
    const users = await readPage(deps.directory, start, cursor, pageSize);
    if (users === 'refused') {
      if (sinceRefusal === 0) throw new UntrustedList('Clerk refuses the cursors of its own list of users.');
      sinceRefusal = 0;
      start = seen.timeToRepeat();
      cursor = undefined;
      continue;
    }
    const last = users.at(-1);
    if (!last) {
      if (cursor === undefined || hasAskedAgain) return;
      hasAskedAgain = true;
      start = seen.time() + 1;
      cursor = undefined;
      continue;
    }
    if (last.id === cursor) throw new UntrustedList('Clerk answered one page of its list of users twice.');
    const fresh = seen.take(users, start);
    if (fresh.length > 0) hasAskedAgain = false;
    cursor = last.id;
    sinceRefusal += fresh.length;
    if (fresh.length > 0) yield { users: fresh, seenAt, cursor };
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
  /**
   * The latest creation time seen, ms, from which the list may be read again.
   * @throws CursorLost when those who were seen of it are not remembered
   */
  timeToRepeat(): number;
  /**
   * Those of a page that were not seen yet.
   * @param start users created before it, ms, were not asked for
   */
  take(users: readonly DirectoryUser[], start: number): DirectoryUser[];
}

/**
 * Remembers who was seen at the latest creation time: in a list by creation time nobody else can come again. Of a very large
 * set of one time nobody is remembered, and nobody comes again as long as the cursor holds.
 */
function createSeen({ from, cursor }: ListStart, most: number): Seen {
  let time = from;
  let ids: Set<string> | undefined = cursor === undefined ? new Set() : undefined;
  const isFresh = (user: DirectoryUser, start: number): boolean => {
    const created = user.record.clerkCreatedAt;
    // Clerk's bound may turn out to be inclusive, or to count in seconds.
    if (created < start) return false;
    if (created < time) throw new UntrustedList("Clerk's list of users is not in the order of creation.");
    if (created > time) {
      time = created;
      ids = new Set();
    }
    if (ids?.has(user.id)) return false;
    ids?.add(user.id);
    if (ids && ids.size > most) ids = undefined;
    return true;
  };
  return {
    time: () => time,
    timeToRepeat() {
      if (ids) return time;
      throw new CursorLost('The user by whom a large set of one creation time went on is gone: it is walked again.');
    },
    take: (users, start) => users.filter((user) => isFresh(user, start)),
  };
}
