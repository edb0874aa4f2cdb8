import { isDeepStrictEqual } from 'node:util';
import { asRead } from '../world/people.ts';
import type { Invariant } from './invariant.ts';

export const tableEqualsClerk: Invariant = {
  number: 1,
  name: 'table-equals-clerk',
  promise: 'After all faults have ended and one clean full run, the table equals Clerk.',
  watch: ({ people, table, isErased }, isBroken) => ({
    atRest() {
      const stored = new Map(table.live().map((user) => [user.id, user]));
      for (const person of people.living()) {
        const user = stored.get(person.id);
        stored.delete(person.id);
        if (isErased(person.id)) continue;
        if (!user) {
          isBroken(`${person.id} is in Clerk and not in the table.`);
          continue;
        }
        const { profile, record } = asRead(person);
        const fields = [...differing(profile, user.profile.content), ...differing(record, user.record?.content)];
        if (fields.length > 0) isBroken(`${person.id} differs from Clerk in ${fields.join(', ')}.`);
      }
      for (const id of stored.keys()) isBroken(`${id} is in the table and not in Clerk.`);
    },
  }),
};

function differing<T extends object>(truth: T, stored: T | undefined): string[] {
  return Object.entries(truth).flatMap(([field, value]) =>
    isDeepStrictEqual(value, Reflect.get(stored ?? {}, field)) ? [] : [field],
  );
}
