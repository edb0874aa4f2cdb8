import { isDeepStrictEqual } from 'node:util';
import type { Invariant } from './invariant.ts';

export const replaysChangeNothing: Invariant = {
  number: 8,
  name: 'replays-change-nothing',
  promise: 'Every message that was accepted, sent once more in another order, changes nothing.',
  watch: ({ table }, isBroken) => ({
    replayed(before) {
      for (const user of before) {
        // Any deletion gives such a tombstone its end, however it is dated, and the next run takes it away again: ADR 18.
        if (user.tombstone?.inClerk) continue;
        if (!isDeepStrictEqual(table.get(user.id), user)) isBroken(`${user.id} was changed by a replay.`);
      }
      if (table.store.users().length !== before.length) isBroken('A replay has brought a user.');
    },
  }),
};
