import type { IndexedUser, UserStore } from '../../ports/user-store.ts';

/** The table's live users in creation order, read on demand. What was taken does not come again. */
export interface IndexRows {
  /** Takes the next rows created before `time` (ms), at most `limit`; none when there are no more. */
  takeBefore(time: number, limit: number): Promise<readonly IndexedUser[]>;
  /** Takes every row created at exactly `time`, once all before it have been taken. */
  takeAt(time: number): Promise<readonly IndexedUser[]>;
  /** Lets go of the reading. */
  close(): Promise<void>;
}

/** @param from only users that Clerk created at or after this time, ms */
export function openIndexRows(store: UserStore, from: number): IndexRows {
  const rows = store.listByCreation(from)[Symbol.asyncIterator]();
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
    takeAt: (time) => takeWhile((row) => row.clerkCreatedAt === time, Number.POSITIVE_INFINITY),
    close: async () => {
      await rows.return?.();
    },
  };
}
