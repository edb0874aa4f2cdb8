import { freeName } from '../../../shared/domain/names.ts';
import type { UserWrite } from '../../../shared/ports/user-store.ts';
import { StoreUnavailable } from '../../../shared/ports/user-store.ts';
import type { Plant } from './plant.ts';
import { storeThat } from './store-that.ts';

function without(write: UserWrite, actions: readonly string[]): UserWrite {
  return { ...write, moves: write.moves.filter(({ action }) => !actions.includes(action)) };
}

/** A name, or an entry of the roster, and its owner do not know of each other. */
export const NAME_PLANTS: readonly Plant[] = [
  {
    name: 'name-taken-from-its-owner',
    fault: 'A name that somebody else has is taken all the same.',
    trap: 'section 3: at most one live owner',
    breaks: ['one-owner-per-name'],
    seams: storeThat((store) => ({
      write: async (write, own) => {
        const result = await store.write(write, own);
        if (result.status !== 'names-changed') return result;
        return store.write(without(write, ['take', 'wait']), own);
      },
    })),
  },
  {
    name: 'reservation-not-released',
    fault: 'Whoever changes or loses a name keeps it reserved.',
    trap: 'section 3: a deleted user’s reservations are released at once',
    breaks: ['one-owner-per-name'],
    seams: storeThat((store) => ({ write: (write, own) => store.write(without(write, ['release', 'retire']), own) })),
  },
  {
    name: 'conflict-is-an-error',
    fault: 'A name that somebody else has fails the write.',
    trap: 'trap 8: email conflict → 500 → retry loop',
    breaks: ['table-equals-clerk', 'failed-runs-say-so'],
    seams: storeThat((store) => ({
      write: async (write, own) => {
        const result = await store.write(write, own);
        if (result.status === 'names-changed') throw new StoreUnavailable('A name is taken.');
        return result;
      },
    })),
  },
  {
    name: 'freed-name-not-offered',
    fault: 'A name that becomes free is not offered to those who wait for it, and no run looks.',
    trap: 'section 3: a released reservation looks for a waiting claimant',
    breaks: ['one-owner-per-name'],
    seams: storeThat(() => ({
      listConflicts: () => nothing(),
      reservation: (name) => Promise.resolve(freeName(name)),
    })),
  },
  {
    name: 'linked-on-one-side',
    fault: 'The entry of a user who is linked is not told.',
    trap: 'ADR 18: linked on both sides or on none',
    breaks: ['roster-links-both-sides'],
    seams: storeThat((store) => ({
      write: (write, own) =>
        store.write(write.roster ? { ...write, roster: { ...write.roster, changes: [] } } : write, own),
    })),
  },
];

async function* nothing(): AsyncGenerator<never> {
  // Nobody waits for anything.
}
