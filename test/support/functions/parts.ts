import { createMemoryLog } from '../../../shared/adapters/memory/log.ts';
import { createMemoryMetrics } from '../../../shared/adapters/memory/metrics.ts';
import { createSimulatedTime } from '../../../shared/adapters/memory/simulated-time.ts';
import { createMemoryUserStore } from '../../../shared/adapters/memory/user-store.ts';
import type { UserRecord } from '../../../shared/domain/user.ts';
import type { DirectoryUser, UserDirectory } from '../../../shared/ports/user-directory.ts';
import { DirectoryUnavailable } from '../../../shared/ports/user-directory.ts';
import type { UserStore } from '../../../shared/ports/user-store.ts';
import { StoreUnavailable } from '../../../shared/ports/user-store.ts';

export const NOW = Date.UTC(2026, 0, 15, 12);

/** The parts that every function is wired from, in memory, with two switches: the store and Clerk can be down. */
export function createParts() {
  const time = createSimulatedTime(NOW);
  const memory = createMemoryUserStore({ clock: time.clock });
  const metrics = createMemoryMetrics();
  const log = createMemoryLog();
  const clerkUsers = new Map<string, DirectoryUser>();
  const down = { store: false, clerk: false };
  const asked: string[] = [];
  const calls = { get: 0, write: 0 };
  const store: UserStore = {
    ...memory,
    get: (id, options) => {
      calls.get += 1;
      return down.store ? Promise.reject(new StoreUnavailable('down')) : memory.get(id, options);
    },
    write: (write, options) => {
      calls.write += 1;
      return down.store ? Promise.reject(new StoreUnavailable('down')) : memory.write(write, options);
    },
  };
  const unused = () => Promise.reject(new Error('not asked for on a request path'));
  const directory: UserDirectory = {
    getUser: (id) => {
      asked.push(id);
      return down.clerk ? Promise.reject(new DirectoryUnavailable('down')) : Promise.resolve(clerkUsers.get(id));
    },
    listUsers: unused,
    listUpdated: unused,
    listUsersById: unused,
    countUsers: unused,
    instanceId: unused,
  };
  // Every wait ends at once, and moves the clock by as much: a budget runs out without anybody waiting for it.
  const timers = {
    ...time.timers,
    sleep: async (ms: number, signal?: AbortSignal) => {
      const slept = time.timers.sleep(ms, signal);
      await time.advance(Math.max(1, ms));
      await slept;
    },
  };
  const random = { next: () => 0.5, id: () => 'id' };
  return {
    clock: time.clock,
    time,
    timers,
    random,
    store,
    returningUser: 'fresh' as const,
    apps: memory.apps,
    memory,
    metrics,
    log,
    directory,
    clerkUsers,
    down,
    asked,
    calls,
  };
}

export type Parts = ReturnType<typeof createParts>;

/** A user as Clerk's API would answer, with what the test cares about changed. */
export function directoryUser(
  id: string,
  over: Partial<DirectoryUser> & { readonly record?: UserRecord } = {},
): DirectoryUser {
  return {
    id,
    profile: { email: `${id}@example.com`, firstName: 'First', lastName: 'Last', imageUrl: null },
    record: record(`${id}@example.com`),
    locked: false,
    asOf: NOW - 60_500,
    ...over,
  };
}

export function record(verifiedEmail: string | null, over: Partial<UserRecord> = {}): UserRecord {
  return {
    verifiedEmail,
    username: null,
    externalId: null,
    banned: false,
    deprovisioned: false,
    publicMetadata: {},
    clerkCreatedAt: NOW - 86_400_000,
    ...over,
  };
}
