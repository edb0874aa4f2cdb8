/** A memory store with troubles on order, and time that moves by itself while something is waited for. */
import type { MemoryLog } from '../../../shared/adapters/memory/log.ts';
import { createMemoryLog } from '../../../shared/adapters/memory/log.ts';
import type { MemoryMetrics } from '../../../shared/adapters/memory/metrics.ts';
import { createMemoryMetrics } from '../../../shared/adapters/memory/metrics.ts';
import { createSimulatedTime } from '../../../shared/adapters/memory/simulated-time.ts';
import type { MemoryUserStore } from '../../../shared/adapters/memory/user-store.ts';
import { createMemoryUserStore } from '../../../shared/adapters/memory/user-store.ts';
import type { Snapshot } from '../../../shared/domain/snapshot.ts';
import type { StoredUser } from '../../../shared/domain/user.ts';
import type { CallOptions, UserStore, UserWrite, WriteResult } from '../../../shared/ports/user-store.ts';
import { StoreUnavailable } from '../../../shared/ports/user-store.ts';
import type { SyncDependencies, SyncOptions, SyncResult } from '../../../shared/sync/apply-snapshot.ts';
import { applySnapshot } from '../../../shared/sync/apply-snapshot.ts';
import { SECOND } from './builders.ts';

/** When the bench's clock starts, ms. */
export const START = SECOND + 3_600_000;

/** What happens to one call on its way to the store; it may let it pass by calling `pass`. */
export type Trouble<T> = (pass: () => Promise<T>, options: CallOptions) => Promise<T>;

export interface Bench {
  readonly deps: SyncDependencies;
  readonly store: MemoryUserStore;
  readonly metrics: MemoryMetrics;
  readonly log: MemoryLog;
  /** Calls that reached for the store, troubled ones included. */
  readonly calls: { gets: number; writes: UserWrite[] };
  /** Pauses between attempts, ms. */
  readonly pauses: number[];
  /** The next calls' troubles, one each; the last one stays if it is repeated. */
  readonly troubles: { get: Trouble<StoredUser | undefined>[]; write: Trouble<WriteResult>[]; forever: boolean };
  now(): number;
  /** Timers that are still set. */
  pending(): number;
  /** Applies without trouble: what others have done before or do meanwhile. */
  settle(...snapshots: readonly Snapshot[]): Promise<void>;
  apply(snapshot: Snapshot, options?: Partial<SyncOptions>): Promise<SyncResult>;
}

export function createBench(random = (): number => 0.5): Bench {
  const time = createSimulatedTime(START);
  const store = createMemoryUserStore({ clock: time.clock });
  const metrics = createMemoryMetrics();
  const log = createMemoryLog();
  const calls: Bench['calls'] = { gets: 0, writes: [] };
  const troubles: Bench['troubles'] = { get: [], write: [], forever: false };
  const pauses: number[] = [];
  const sleep: SyncDependencies['timers']['sleep'] = (ms, signal) => {
    pauses.push(ms);
    return time.timers.sleep(ms, signal);
  };
  const returningUser = 'fresh' as const;
  const plain = { clock: time.clock, random: { next: random, id: () => 'id' }, metrics, log, returningUser };
  const deps = { ...plain, timers: { ...time.timers, sleep }, store: troubled(store, calls, troubles) };
  const others = { ...plain, timers: time.timers, store, metrics: createMemoryMetrics(), log: createMemoryLog() };
  return {
    deps,
    store,
    metrics,
    log,
    calls,
    pauses,
    troubles,
    now: () => time.clock.now(),
    pending: () => time.pending(),
    async settle(...snapshots) {
      for (const snapshot of snapshots) await applySnapshot(others, snapshot, { path: 'webhook', budgetMs: 5_000 });
    },
    apply: (snapshot, options) =>
      whileTimePasses(time, applySnapshot(deps, snapshot, { path: 'webhook', budgetMs: 5_000, ...options })),
  };
}

function troubled(store: UserStore, calls: Bench['calls'], troubles: Bench['troubles']): UserStore {
  const next = <T>(queue: Trouble<T>[]): Trouble<T> | undefined =>
    troubles.forever && queue.length === 1 ? queue[0] : queue.shift();
  return {
    ...store,
    get(id, options = {}) {
      calls.gets += 1;
      const pass = (): ReturnType<UserStore['get']> => store.get(id, options);
      const trouble = next(troubles.get);
      return trouble ? trouble(pass, options) : pass();
    },
    write(write, options = {}) {
      calls.writes.push(write);
      const pass = (): Promise<WriteResult> => store.write(write, options);
      const trouble = next(troubles.write);
      return trouble ? trouble(pass, options) : pass();
    },
  };
}

/** Moves the clock on until the promise is settled, 1 ms at a time so that nothing is late. */
async function whileTimePasses<T>(time: ReturnType<typeof createSimulatedTime>, promise: Promise<T>): Promise<T> {
  let done = false;
  const finish = (): void => {
    done = true;
  };
  promise.then(finish, finish);
  for (;;) {
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    if (done) return promise;
    await time.advance(1);
  }
}

/** The store is out of reach. */
export function unreachable<T>(): Promise<T> {
  return Promise.reject(new StoreUnavailable('The table cannot be reached.'));
}

/** The store takes the write, and its answer is lost. */
export const answerLost: Trouble<WriteResult> = async (pass) => {
  await pass();
  throw new StoreUnavailable('The connection was reset.');
};

/** The store does not answer until the call is given up. */
export function hanging<T>(_pass: () => Promise<T>, { signal }: CallOptions): Promise<T> {
  return new Promise((_resolve, reject) => {
    const giveUp = (): void => reject(new StoreUnavailable('The table did not answer.', { cause: signal?.reason }));
    signal?.addEventListener('abort', giveUp, { once: true });
  });
}
