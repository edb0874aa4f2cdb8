import { reconcile } from '../../../../functions/reconciler/reconcile.ts';
import { createMemoryInstanceStore } from '../../../../shared/adapters/memory/instance-store.ts';
import { createMemoryLeaseStore } from '../../../../shared/adapters/memory/lease-store.ts';
import { createMemoryLog } from '../../../../shared/adapters/memory/log.ts';
import { createMemoryMetrics } from '../../../../shared/adapters/memory/metrics.ts';
import { createMemoryQuarantine } from '../../../../shared/adapters/memory/quarantine.ts';
import { createMemoryRunStore } from '../../../../shared/adapters/memory/run-store.ts';
import { createSimulatedTime } from '../../../../shared/adapters/memory/simulated-time.ts';
import { createMemoryUserStore } from '../../../../shared/adapters/memory/user-store.ts';
import { createSystemRandom } from '../../../../shared/adapters/system/random.ts';
import { createMemoryWatermarkStore } from '../../../../shared/adapters/memory/watermark-store.ts';
import type { JsonObject } from '../../../../shared/domain/json.ts';
import type { Name } from '../../../../shared/domain/names.ts';
import type { Profile, StoredUser, UserRecord } from '../../../../shared/domain/user.ts';
import type { Timers } from '../../../../shared/ports/time.ts';
import type { DirectoryUser } from '../../../../shared/ports/user-directory.ts';
import type { UserStore, UserWrite } from '../../../../shared/ports/user-store.ts';
import type { AskAnswer } from '../../../../shared/sync/apply-snapshot.ts';
import { applySnapshot } from '../../../../shared/sync/apply-snapshot.ts';
import { readSnapshot } from '../../../../shared/sync/read-user.ts';
import type { ReconcileDependencies, ReconcileLimits } from '../../../../shared/sync/reconcile/dependencies.ts';
import { RECONCILE_LIMITS } from '../../../../shared/sync/reconcile/dependencies.ts';
import type { RunSummary } from '../../../../shared/sync/reconcile/summary.ts';
import { EPOCH, ScriptedClerk } from './clerk.ts';
import { Journal } from './journal.ts';

/** When a run begins, unless the clock is moved: a year after the first users came. */
export const START = EPOCH + 365 * 86_400_000;

const HOUR_MS = 3_600_000;

/**
 * Clerk, a table and a reconciler over both, in memory and on a clock that stands still.
 * @param retentionDays how long the personal fields of deleted users are kept; default: for good
 */
export function createWorld(limits: Partial<ReconcileLimits> = {}, retentionDays?: number) {
  const time = createSimulatedTime(START);
  const clerk = new ScriptedClerk();
  const lease = createMemoryLeaseStore({ clock: time.clock });
  const memory = createMemoryUserStore({ clock: time.clock, lease });
  const writes: UserWrite[] = [];
  const store: UserStore & { beforeWrite: (write: UserWrite) => void | Promise<void> } = {
    ...memory,
    beforeWrite: () => undefined,
    async write(write, options) {
      await store.beforeWrite(write);
      writes.push(write);
      return memory.write(write, options);
    },
  };
  // Sleeping moves the clock, by whole milliseconds as a clock has them: nobody else would.
  const timers: Timers = { ...time.timers, sleep: (ms) => time.advance(Math.ceil(ms)) };
  const metrics = createMemoryMetrics();
  const log = createMemoryLog();
  const watermark = createMemoryWatermarkStore();
  const runs = createMemoryRunStore({ clock: time.clock });
  const quarantine = createMemoryQuarantine({ clock: time.clock });
  const deps: ReconcileDependencies = {
    store,
    clock: time.clock,
    timers,
    random: createSystemRandom({ clock: time.clock }),
    metrics,
    log,
    directory: clerk,
    runs,
    lease,
    instance: createMemoryInstanceStore(),
    watermark,
    quarantine,
    returningUser: 'fresh',
    limits: { ...RECONCILE_LIMITS, ...limits },
    ...(retentionDays !== undefined && { retention: { days: retentionDays, quarantine } }),
  };
  const world = {
    time,
    clerk,
    store,
    writes,
    metrics,
    log,
    runs,
    lease,
    watermark,
    quarantine,
    deps,
    /** Writes as the application does. */
    writeApp: (id: string, app: JsonObject): void => memory.writeApp(id, app),
    editByHand: (id: string, edit: (user: StoredUser) => StoredUser): void => memory.editByHand(id, edit),
    loseReservation: (name: Name): void => memory.loseReservation(name),
    /** The table's users, tombstones included. */
    stored: (): StoredUser[] => memory.users(),
    get: (id: string) => memory.get(id),
    /**
     * Puts users into the table as an earlier read of Clerk would have.
     * @param agoMs how long the table has had them, ms
     */
    async mirror(users: readonly DirectoryUser[], seenAt = EPOCH, agoMs = HOUR_MS): Promise<void> {
      for (const user of users) await settle(readSnapshot(user, seenAt, 'none'), agoMs);
    },
    /** @param agoMs how long the table has had her, ms */
    async createFromToken(id: string, claims: Partial<Profile>, agoMs = HOUR_MS): Promise<void> {
      await settle({ source: 'token', id, claims, asOf: undefined }, agoMs);
    },
    async remove(id: string, at: number): Promise<void> {
      await settle({ source: 'deletion', id, at });
    },
    /** Runs the reconciler to its end. */
    async run(journal = new Journal(), event: unknown = { mode: 'full' }): Promise<RunSummary> {
      const summary = await journal.execute((context) => reconcile(event, context, deps));
      if (summary === 'died') throw new Error('The run died.');
      return summary;
    },
  };
  async function settle(snapshot: Parameters<typeof applySnapshot>[1], agoMs = 0): Promise<void> {
    const ask = (): Promise<AskAnswer> => Promise.resolve('unavailable');
    const clock = { now: (): number => time.clock.now() - agoMs };
    const silent = { ...deps, clock, store: memory, metrics: createMemoryMetrics(), log: createMemoryLog() };
    const result = await applySnapshot(silent, snapshot, { path: 'webhook', budgetMs: 5_000, ask });
    if (result.status !== 'settled') throw new Error(`The world could not be set up: ${result.status}.`);
  }
  return world;
}

export type World = ReturnType<typeof createWorld>;

interface Mirrored {
  readonly id: string;
  readonly profile: Profile;
  readonly record: UserRecord | undefined;
}

/** The live users of the table, field by field, in the order of their ids. */
export function liveUsers(world: World): Mirrored[] {
  return world
    .stored()
    .filter(({ tombstone }) => !tombstone)
    .map(({ id, profile, record }) => ({ id, profile: profile.content, record: record?.content }));
}

/** Clerk's users in the same form. */
export function usersOfClerk(world: World): Mirrored[] {
  return [...world.clerk.users.values()]
    .map(({ id, profile, record }) => ({ id, profile, record }))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

export async function spooledPieces(world: World, runId: string): Promise<(readonly string[])[]> {
  const pieces: (readonly string[])[] = [];
  for await (const piece of world.runs.suspects(runId)) pieces.push(piece);
  return pieces;
}
