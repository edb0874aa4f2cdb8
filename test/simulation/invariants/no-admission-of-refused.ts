import { refusalOf } from '../../../shared/domain/standing.ts';
import { STALE_MS } from '../ports/table-port.ts';
import type { Invariant } from './invariant.ts';

export const noAdmissionOfRefused: Invariant = {
  number: 9,
  name: 'no-admission-of-refused',
  promise:
    'Whoever the table has as deleted or banned is not let in, but for the age of a stale read and of a cached answer, or as not synced while the table is away.',
  watch: ({ table }, isBroken) => ({
    admitted({ userId, since, isSynced }) {
      if (!isSynced) return;
      const states = table.statesSince(userId, since - STALE_MS);
      const isRefused = states.length > 0 && states.every((user) => user && refusalOf(user) !== undefined);
      if (isRefused) isBroken(`${userId} was let in though the table refuses her.`);
    },
  }),
};
