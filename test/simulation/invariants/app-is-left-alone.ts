import { isDeepStrictEqual } from 'node:util';
import type { Invariant } from './invariant.ts';

export const appIsLeftAlone: Invariant = {
  number: 11,
  name: 'app-is-left-alone',
  promise: "The application's attributes never change by the synchronisation, but by relinking and by erasing.",
  watch: ({ table, app }, isBroken) => ({
    written({ write, after }) {
      const mayChange = write.erase !== undefined || write.inheritFrom !== undefined;
      if (mayChange) app.set(after.id, after.app);
      if (!isDeepStrictEqual(after.app, app.get(after.id) ?? {}))
        isBroken(`The attributes of ${after.id} were changed.`);
    },
    atRest() {
      for (const user of table.store.users()) {
        if (!isDeepStrictEqual(user.app, app.get(user.id) ?? {}))
          isBroken(`The attributes of ${user.id} were changed.`);
      }
    },
  }),
};
