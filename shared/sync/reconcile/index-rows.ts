import type { IndexedUser, UserStore } from '../../ports/user-store.ts';

/** The table's live users in creation order, read on demand. What was taken does not come again. */
export interface IndexRows {
  /** Takes the next rows created before `time` (ms), at most `limit`; none when there are no more. */
  takeBefore(time: number, limit: number): Promise<readonly IndexedUser[]>;
  /** Takes the rows created at exactly `time`, at most `limit`, once all before it have been taken. */
  takeAt(time: number, limit: number): Promise<readonly IndexedUser[]>;
  /** Lets go of the reading. */
  close(): Promise<void>;
}

/**
 * @param from only users that Clerk created at or after this time, ms
 * @param until and before this one, ms; undefined for all
 */
export function openIndexRows(store: UserStore, from: number, until: number | undefined): IndexRows {
  const rows = store.listByCreation(from, until === undefined ? {} : { until })[Symbol.asyncIterator]();
  let ahead: IteratorResult<IndexedUser> | undefined;
  const takeWhile = async (belongs: (row: IndexedUser) => boolean, limit: number): Promise<IndexedUser[]> => {
    const taken: IndexedUser[] = [];
    while (taken.length < limit) {
      ahead ??= await rows.next();
      if (ahead.done === true || !belongs(ahead.value)) return taken;
      taken.push(ahead.value);
      ahead = undefined;
    }
    return taken;
  };
  return {
    takeBefore: (time, limit) => takeWhile((row) => row.clerkCreatedAt < time, limit),
    takeAt: (time, limit) => takeWhile((row) => row.clerkCreatedAt === time, limit),
    close: async () => {
      await rows.return?.();
    },
  };
}

/** Whether the index has more than so many users of one creation time (ms): reads no further than it takes to know. */
export async function hasMoreRowsAt(store: UserStore, time: number, expected: number): Promise<boolean> {
  let rows = 0;
  for await (const _ of store.listByCreation(time, { until: time + 1 })) {
    rows += 1;
    if (rows > expected) return true;
  }
  return false;
}
