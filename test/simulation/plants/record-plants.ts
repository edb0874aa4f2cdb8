import type { UserStore, UserWrite } from '../../../shared/ports/user-store.ts';
import type { TablePorts } from '../ports/table-port.ts';
import type { Plant, Seams } from './plant.ts';

function portsThat(change: (ports: TablePorts) => Partial<TablePorts>): Seams {
  return { ports: (ports) => ({ ...ports, ...change(ports) }) };
}

function unfenced(write: UserWrite): UserWrite {
  const { lease: _, ...rest } = write;
  return rest;
}

/** What has to be kept is forgotten or kept wrong, and what has to be looked up is remembered. */
export const RECORD_PLANTS: readonly Plant[] = [
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
