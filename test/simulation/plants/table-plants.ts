import type { Reservation } from '../../../shared/domain/names.ts';
import { freeName } from '../../../shared/domain/names.ts';
import type { UserStore, UserWrite, WriteResult } from '../../../shared/ports/user-store.ts';
import { StoreUnavailable } from '../../../shared/ports/user-store.ts';
import type { TablePorts } from '../ports/table-port.ts';
import type { SimulatedTable } from '../world/table.ts';
import type { Plant, Seams } from './plant.ts';

/** A store that writes in another way, or reads. */
function storeThat(change: (store: UserStore, table: SimulatedTable) => Partial<UserStore>): Seams {
  return { ports: (ports, _name, table) => ({ ...ports, store: { ...ports.store, ...change(ports.store, table) } }) };
}

function portsThat(change: (ports: TablePorts) => Partial<TablePorts>): Seams {
  return { ports: (ports) => ({ ...ports, ...change(ports) }) };
}

/** The user as she is now in place of the one that was read, so that the condition always holds. */
function unconditional(write: UserWrite, table: SimulatedTable): UserWrite {
  return { ...write, expected: table.get(write.next.id) };
}

function unfenced(write: UserWrite): UserWrite {
  const { lease: _, ...rest } = write;
  return rest;
}

function without(write: UserWrite, actions: readonly string[]): UserWrite {
  return { ...write, moves: write.moves.filter(({ action }) => !actions.includes(action)) };
}

export const TABLE_PLANTS: readonly Plant[] = [
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
      reservation: (name) => Promise.resolve(freed(name)),
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
  {
    name: 'lease-ignored',
    fault: 'Every run gets the lease, and no deletion looks at it.',
    trap: 'section 4: one run at a time',
    breaks: ['deletions-within-the-guard'],
    seams: {
      ports: (ports) => ({
        ...ports,
        lease: {
          take: (holder) => Promise.resolve({ holder, fence: 0 }),
          keep: () => Promise.resolve(true),
          release: () => Promise.resolve(),
        },
        store: {
          ...ports.store,
          write: (write, own) => ports.store.write(unfenced(write), own),
        },
      }),
    },
  },
  {
    name: 'quarantine-forgets',
    fault: 'What cannot be applied is accepted and not kept.',
    trap: 'section 4: quarantine and 200',
    breaks: ['accepted-events-are-kept'],
    seams: portsThat(({ quarantine }) => ({ quarantine: { ...quarantine, put: () => Promise.resolve() } })),
  },
  {
    name: 'failure-recorded-as-success',
    fault: 'A run that failed is recorded as one that repaired.',
    trap: 'section 4: a failed run never records success',
    breaks: ['failed-runs-say-so'],
    seams: portsThat(({ runs }) => ({
      runs: { ...runs, save: (run) => runs.save(run.status === 'failed' ? { ...run, status: 'repaired' } : run) },
    })),
  },
  {
    name: 'users-remembered-too-long',
    fault: 'The authorizer remembers the users that it has read.',
    trap: 'section 4: deleted and banned are refused even while the token is valid',
    breaks: ['no-admission-of-refused'],
    seams: {
      ports: (ports, name) => (name === 'authorizer' ? { ...ports, store: remembering(ports.store) } : ports),
    },
  },
];

function remembering(store: UserStore): UserStore {
  const known = new Map<string, Awaited<ReturnType<UserStore['get']>>>();
  return {
    ...store,
    get: async (id, own) => {
      const user = known.get(id) ?? (await store.get(id, own));
      known.set(id, user);
      return user;
    },
  };
}

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

async function* nothing(): AsyncGenerator<never> {
  // Nobody waits for anything.
}

function freed(name: Reservation['name']): Reservation {
  return freeName(name);
}
