import type { UserWrite, WriteResult } from '../../../shared/ports/user-store.ts';
import { StoreUnavailable } from '../../../shared/ports/user-store.ts';
import type { SimulatedTable } from '../world/table.ts';
import type { Plant } from './plant.ts';
import { storeThat } from './store-that.ts';

/** The user as she is now in place of the one that was read, so that the condition always holds. */
function unconditional(write: UserWrite, table: SimulatedTable): UserWrite {
  return { ...write, expected: table.get(write.next.id) };
}

/** Users are written, or read before they are written, in another way than they should be. */
export const WRITE_PLANTS: readonly Plant[] = [
  {
    name: 'unconditional-write',
    fault: 'Users are written without the condition that nobody wrote in between.',
    trap: 'trap 2: a stale check, then an unconditional write',
    breaks: ['versions-never-go-back', 'no-resurrection', 'one-owner-per-name', 'accepted-events-are-kept'],
    seams: storeThat((store, table) => ({
      write: (write, own) => store.write(write.expected ? unconditional(write, table) : write, own),
    })),
  },
  {
    name: 'create-overwrites',
    fault: 'A user who is created replaces the one that is there.',
    trap: 'section 2: the condition of a creation',
    breaks: ['versions-never-go-back', 'no-resurrection', 'one-owner-per-name', 'accepted-events-are-kept'],
    seams: storeThat((store, table) => ({
      write: (write, own) => store.write(write.expected ? write : unconditional(write, table), own),
    })),
  },
  {
    name: 'first-of-a-tie-stays',
    fault: 'Of two contents with one `updated_at` the first to arrive stays for ever.',
    trap: 'trap 5: same-millisecond versions',
    breaks: ['table-equals-clerk', 'one-owner-per-name'],
    seams: storeThat((store) => ({
      write: (write, own) => (isTie(write) ? unwritten(write) : store.write(write, own)),
    })),
  },
  {
    name: 'lost-race-believed-won',
    fault: 'A write that lost its race is taken for a success.',
    trap: 'section 2: read, merge, write, and again',
    breaks: ['accepted-events-are-kept'],
    seams: storeThat((store) => ({
      write: async (write, own) => {
        const result = await store.write(write, own);
        return result.status === 'lost' && result.current ? { status: 'written', user: result.current } : result;
      },
    })),
  },
  {
    name: 'unacknowledged-is-written',
    fault: 'A write that the table refused is taken for one that was applied.',
    trap: 'section 4: a store failure answers 503',
    breaks: ['accepted-events-are-kept'],
    seams: storeThat((store) => ({
      write: (write, own) =>
        store.write(write, own).catch((error: unknown) => {
          if (error instanceof StoreUnavailable) return unwritten(write);
          throw error;
        }),
    })),
  },
  {
    name: 'put-replaces-app',
    fault: "A write puts the whole item, with the application's attributes as they were read.",
    trap: 'section 2: never a Put',
    breaks: ['app-is-left-alone'],
    seams: storeThat((store, table) => ({
      write: async (write, own) => {
        const result = await store.write(write, own);
        const { expected, next, inheritFrom, erase } = write;
        const isPut = result.status === 'written' && expected && inheritFrom === undefined && !erase;
        if (isPut && table.get(next.id)) table.store.writeApp(next.id, expected.app);
        return result;
      },
    })),
  },
  {
    name: 'tombstone-not-written-first',
    fault: 'A deletion of a user whom the table does not have yet writes nothing.',
    trap: 'trap 3: a late user.updated recreates a deleted user',
    breaks: ['accepted-events-are-kept'],
    seams: storeThat((store) => ({
      write: (write, own) => (!write.expected && write.next.tombstone ? unwritten(write) : store.write(write, own)),
    })),
  },
  {
    name: 'tombstone-not-read',
    fault: 'A deleted user is read as none, and written over.',
    trap: 'trap 3: a late user.updated recreates a deleted user',
    breaks: ['no-resurrection', 'versions-never-go-back', 'no-admission-of-refused'],
    seams: storeThat((store, table) => ({
      get: async (id, own) => {
        const user = await store.get(id, own);
        return user?.tombstone ? undefined : user;
      },
      write: (write, own) => store.write(write.expected ? write : unconditional(write, table), own),
    })),
  },
  {
    name: 'erasure-forgotten',
    fault: 'That a user was erased is not read.',
    trap: 'section 2: an erased user yields only to an explicit restore',
    breaks: ['no-resurrection'],
    seams: storeThat((store) => ({
      get: async (id, own) => {
        const user = await store.get(id, own);
        return user?.tombstone ? { ...user, tombstone: { deletedAt: user.tombstone.deletedAt } } : user;
      },
    })),
  },
];

function isTie({ expected, next }: UserWrite): boolean {
  if (!expected?.record || next.tombstone || expected.tombstone || !next.record) return false;
  return expected.record.version.asOf === next.record.version.asOf;
}

/** As if it had been written. */
function unwritten({ next, expected, held, now, path }: UserWrite): Promise<WriteResult> {
  const { id, profile, record, locked, tombstone, restoredAt } = next;
  const ours = { revision: (expected?.revision ?? 0) + 1, createdAt: now, updatedAt: now, changedBy: path };
  const user = { id, profile, record, locked, tombstone, restoredAt, held, app: expected?.app ?? {}, ...ours };
  return Promise.resolve({ status: 'written', user });
}
