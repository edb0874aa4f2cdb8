import type { DirectoryUser } from '../../ports/user-directory.ts';
import type { UserStore } from '../../ports/user-store.ts';
import { writtenUser } from '../../ports/written-user.ts';
import type { ReconcileDependencies, RunIdentity } from './dependencies.ts';

/**
 * The same dependencies, changing nothing: users and names are read and not written, the lease is not taken and the instance
 * is not claimed. What would be written is neither counted nor logged as done. The run's own record, and what it spools, are
 * written: they are how it remembers.
 */
export function withoutEffect(deps: ReconcileDependencies): ReconcileDependencies {
  return {
    ...deps,
    store: readOnly(deps.store),
    lease: { take: (holder) => Promise.resolve({ holder, fence: 0 }), keep: () => Promise.resolve(true), release },
    instance: { ...deps.instance, claim: async (instanceId) => (await deps.instance.get()) ?? instanceId },
    watermark: { ...deps.watermark, advance: () => Promise.resolve() },
    metrics: { record: () => undefined, flush: () => Promise.resolve() },
    log: { ...deps.log, info: () => undefined },
  };
}

/**
 * Whether a dry run has counted the user when it walked Clerk's list: since it repairs nothing, it meets again, by id, whoever
 * it has found to be of unknown creation time, or listed at another time than the table has.
 */
export function hasCountedInWalk({ dryRun = false, startedAt }: RunIdentity, user: DirectoryUser): boolean {
  return dryRun && user.record.clerkCreatedAt <= startedAt;
}

function release(): Promise<void> {
  return Promise.resolve();
}

function readOnly(store: UserStore): UserStore {
  return {
    ...store,
    write: (write) => Promise.resolve({ status: 'written', user: writtenUser(write, write.expected?.app ?? {}) }),
    writeTogether: () => Promise.resolve({ status: 'lost' }),
    tidy: () => Promise.resolve(false),
  };
}
