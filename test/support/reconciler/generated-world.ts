import { runInNewContext } from 'node:vm';
import { setFlagsFromString } from 'node:v8';
import { reconcile } from '../../../functions/reconciler/reconcile.ts';
import type { StoredUser } from '../../../shared/domain/user.ts';
import type { DirectoryUser, UserDirectory } from '../../../shared/ports/user-directory.ts';
import type { IndexedUser, UserStore } from '../../../shared/ports/user-store.ts';
import { fingerprint } from '../../../shared/sync/fingerprint.ts';
import type { ReconcileLimits } from '../../../shared/sync/reconcile/dependencies.ts';
import { clerkUser, EPOCH } from '../../unit/reconciler/support/clerk.ts';
import { Journal } from '../../unit/reconciler/support/journal.ts';
import { createWorld } from '../../unit/reconciler/support/world.ts';

/** What Clerk and the table have, as a rule for every number instead of a list: it takes no memory, however many they are. */
export interface Generated {
  readonly users: number;
  /** When Clerk created user number `n`, ms; never less than that of the one before. */
  readonly createdAt: (n: number) => number;
  /** Whether the table lacks user number `n`. */
  readonly isMissing?: (n: number) => boolean;
  /** Users of the last instant whom only the table has. */
  readonly extra?: number;
}

/** What a run over generated users took. */
export interface GeneratedRun {
  readonly summary: unknown;
  readonly steps: number;
  readonly calls: number;
  readonly writes: number;
  /** The most that was in use after a collection, above what was before the run, MB. */
  readonly heapMb: number;
  readonly seconds: number;
}

/** Runs a full run over users that are made up as they are read. */
export async function runOver(what: Generated, limits: Partial<ReconcileLimits> = {}): Promise<GeneratedRun> {
  const world = createWorld({ chunkMs: 60_000, ...limits });
  const heap = createHeapMeter();
  const clerk = generatedDirectory(what, world.clerk, async (call) => {
    await world.time.advance(1_000);
    if (call % 10 === 1) heap.look();
  });
  const store = { ...world.store, ...generatedTable(what, world.store) };
  const deps = { ...world.deps, directory: clerk.directory, store };
  const journal = new Journal();
  const begun = performance.now();
  heap.look();
  const summary = await journal.execute((context) => reconcile({ mode: 'full' }, context, deps));
  const seconds = (performance.now() - begun) / 1_000;
  return {
    summary,
    steps: journal.steps.length,
    calls: clerk.calls(),
    writes: world.writes.length,
    heapMb: heap.grownMb(),
    seconds,
  };
}

function userOf({ createdAt }: Generated, n: number): DirectoryUser {
  return clerkUser(n, { record: { clerkCreatedAt: createdAt(n) }, asOf: EPOCH });
}

function numberOf(id: string): number {
  return Number(id.slice('user_'.length));
}

function generatedDirectory(what: Generated, rest: UserDirectory, before: (call: number) => Promise<void>) {
  let calls = 0;
  const called = async (): Promise<void> => {
    calls += 1;
    await before(calls);
  };
  const directory: UserDirectory = {
    ...rest,
    async listUsers({ limit, createdAfter = -1, startingAfter }) {
      await called();
      const from = startingAfter === undefined ? firstAfter(what, createdAfter) : numberOf(startingAfter) + 1;
      const until = Math.min(what.users, from + limit);
      return Array.from({ length: Math.max(0, until - from) }, (_, n) => userOf(what, from + n));
    },
    async listUsersById(ids) {
      await called();
      return ids.map(numberOf).flatMap((n) => (n < what.users ? [userOf(what, n)] : []));
    },
    async getUser(id) {
      await called();
      return numberOf(id) < what.users ? userOf(what, numberOf(id)) : undefined;
    },
    async countUsers() {
      await called();
      return what.users;
    },
    async instanceId() {
      await called();
      return 'ins_generated';
    },
  };
  return { directory, calls: () => calls };
}

/** The number of the first user created after a time, ms. */
function firstAfter({ users, createdAt }: Generated, time: number): number {
  let low = 0;
  for (let high = users; low < high;) {
    const middle = Math.floor((low + high) / 2);
    if (createdAt(middle) > time) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The table has what the rule says, and over it what has been written since. */
function generatedTable(what: Generated, written: UserStore): Pick<UserStore, 'get' | 'listByCreation'> {
  const { users, extra = 0, createdAt, isMissing = () => false } = what;
  const has = (n: number): boolean => n < users + extra && (n >= users || !isMissing(n));
  const at = (n: number): number => createdAt(Math.min(n, users - 1));
  const userAt = (n: number): DirectoryUser => userOf({ ...what, createdAt: at }, n);
  return {
    get: async (id, options) =>
      (await written.get(id, options)) ?? (has(numberOf(id)) ? storedOf(userAt(numberOf(id))) : undefined),
    async *listByCreation(from, { until = Number.POSITIVE_INFINITY } = {}) {
      const first = firstAfter({ ...what, users: users + extra, createdAt: at }, from - 1);
      for (let n = first; n < users + extra && at(n) < until; n += 1) {
        const live = await written.get(userAt(n).id);
        if (live ? !live.tombstone : has(n)) yield rowOf(userAt(n));
      }
    },
  };
}

const SEEN = { asOf: EPOCH, seenAt: EPOCH + 1 };

function rowOf({ id, profile, record }: DirectoryUser): IndexedUser {
  const { clerkCreatedAt } = record;
  return { id, clerkCreatedAt, fingerprint: fingerprint(profile, record), profileVersion: SEEN, recordVersion: SEEN };
}

function storedOf({ id, profile, record }: DirectoryUser): StoredUser {
  return {
    id,
    profile: { content: profile, version: SEEN },
    record: { content: record, version: SEEN },
    locked: false,
    tombstone: undefined,
    restoredAt: undefined,
    revision: 1,
    createdAt: EPOCH,
    updatedAt: EPOCH,
    changedBy: 'webhook',
    app: {},
    held: { email: record.verifiedEmail ?? '', username: record.username ?? '' },
  };
}

/** What is in use when nothing can be collected any more. */
function createHeapMeter() {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const used: number[] = [];
  return {
    look(): void {
      collect();
      used.push(process.memoryUsage().heapUsed / 1_048_576);
    },
    grownMb: () => Math.max(...used) - (used[0] ?? 0),
  };
}
