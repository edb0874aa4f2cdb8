import type {
  DirectoryOptions,
  DirectoryPage,
  DirectoryUser,
  UpdatedPage,
  UserDirectory,
} from '../../ports/user-directory.ts';
import { CursorRefused, DirectoryUnavailable } from '../../ports/user-directory.ts';

/** A call about to be answered. */
interface DirectoryCall {
  readonly method: keyof UserDirectory;
  /** The call's own argument: an id, a page, ids, or none. */
  readonly argument?: unknown;
}

/** Clerk in memory: users are put there and taken away, and calls fail on demand. */
export interface MemoryUserDirectory extends UserDirectory {
  put(user: DirectoryUser): void;
  remove(id: string): void;
  /** Every user, in no particular order. */
  users(): readonly DirectoryUser[];
  /**
   * Decides before each call whether it fails: the error it returns is thrown, undefined lets the call through.
   * It may also change users, as Clerk's change while a page is being read. Without an argument nothing fails any more.
   */
  onCall(fault?: (call: DirectoryCall) => Error | undefined): void;
}

export interface MemoryUserDirectoryOptions {
  readonly instanceId?: string;
  /** Order among users of one time; default: as they were put there. Clerk's own is not known. */
  readonly compareTies?: (a: DirectoryUser, b: DirectoryUser) => number;
}

/** Passes the same contract suite as the real directory. */
export function createMemoryUserDirectory(options: MemoryUserDirectoryOptions = {}): MemoryUserDirectory {
  const { instanceId = 'ins_memory', compareTies = () => 0 } = options;
  const users = new Map<string, DirectoryUser>();
  let fault: ((call: DirectoryCall) => Error | undefined) | undefined;
  const answer = async <T>(call: DirectoryCall, own: DirectoryOptions | undefined, value: () => T): Promise<T> => {
    const error = fault?.(call);
    if (error) throw error;
    if (own?.signal?.aborted) throw new DirectoryUnavailable('The caller gave up.', { cause: own.signal.reason });
    return value();
  };
  const inOrder = (): DirectoryUser[] =>
    [...users.values()].toSorted((a, b) => a.record.clerkCreatedAt - b.record.clerkCreatedAt || compareTies(a, b));
  const byUpdate = (): DirectoryUser[] => [...users.values()].toSorted((a, b) => b.asOf - a.asOf || compareTies(a, b));
  return {
    put: (user) => void users.set(user.id, user),
    remove: (id) => void users.delete(id),
    users: () => [...users.values()],
    onCall: (next) => {
      fault = next;
    },
    getUser: (id, own) => answer({ method: 'getUser', argument: id }, own, () => users.get(id)),
    listUsers: (page, own) => answer({ method: 'listUsers', argument: page }, own, () => pageOf(inOrder(), page)),
    listUpdated: (page, own) =>
      answer({ method: 'listUpdated', argument: page }, own, () => updatedIn(byUpdate(), page)),
    listUsersById: (ids, own) => answer({ method: 'listUsersById', argument: ids }, own, () => usersOf(inOrder(), ids)),
    countUsers: (own) => answer({ method: 'countUsers' }, own, () => users.size),
    instanceId: (own) => answer({ method: 'instanceId' }, own, () => instanceId),
  };
}

/** Clerk's bounds: what is asked beyond them is a mistake of the caller. */
const LARGEST_PAGE = 500;
const MOST_IDS = 100;

function checkLimit(limit: number): void {
  if (Number.isInteger(limit) && limit >= 1 && limit <= LARGEST_PAGE) return;
  throw new RangeError(`A page has 1 to ${LARGEST_PAGE} users, not ${limit}.`);
}

function updatedIn(users: readonly DirectoryUser[], { limit, offset }: UpdatedPage): DirectoryUser[] {
  checkLimit(limit);
  return users.slice(offset, offset + limit);
}

/** As Clerk pages: the cursor names the last user that was seen, who must still exist. */
function pageOf(
  users: readonly DirectoryUser[],
  { limit, createdAfter, startingAfter, banned }: DirectoryPage,
): DirectoryUser[] {
  checkLimit(limit);
  const seen = startingAfter === undefined ? -1 : users.findIndex(({ id }) => id === startingAfter);
  if (startingAfter !== undefined && seen < 0) throw new CursorRefused('The cursor names a user who does not exist.');
  return users
    .slice(seen + 1)
    .filter(({ record }) => createdAfter === undefined || record.clerkCreatedAt > createdAfter)
    .filter(({ record }) => !banned || record.banned)
    .slice(0, limit);
}

function usersOf(users: readonly DirectoryUser[], ids: readonly string[]): DirectoryUser[] {
  if (ids.length > MOST_IDS) throw new RangeError(`At most ${MOST_IDS} ids at a time, not ${ids.length}.`);
  return users.filter(({ id }) => ids.includes(id));
}
