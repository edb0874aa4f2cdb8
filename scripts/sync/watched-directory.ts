import type { UserDirectory } from '../../shared/ports/user-directory.ts';
import { RunStopped } from '../../shared/sync/reconcile/failure.ts';
import type { Progress } from './progress.ts';

/**
 * Tells the progress what passes through the directory, and refuses the next call once somebody has stopped the run: between
 * two calls everything that was begun is written.
 */
export function watchedDirectory(directory: UserDirectory, progress: Progress, signal: AbortSignal): UserDirectory {
  const call = async <T>(work: () => Promise<T>): Promise<T> => {
    if (signal.aborted) throw new RunStopped('The run was stopped by hand.');
    return work();
  };
  return {
    getUser: (id, options) =>
      call(async () => {
        const user = await directory.getUser(id, options);
        progress.confirmed();
        return user;
      }),
    listUsers: (page, options) =>
      call(async () => {
        const users = await directory.listUsers(page, options);
        if (page.banned) progress.looked(users.map(({ id }) => id));
        else progress.listed(users.at(-1)?.id, users.length);
        return users;
      }),
    listUpdated: (page, options) =>
      call(async () => {
        const users = await directory.listUpdated(page, options);
        progress.looked(users.map(({ id }) => id));
        return users;
      }),
    listUsersById: (ids, options) => call(() => directory.listUsersById(ids, options)),
    countUsers: (options) =>
      call(async () => {
        const users = await directory.countUsers(options);
        progress.expected(users);
        return users;
      }),
    instanceId: (options) => call(() => directory.instanceId(options)),
  };
}
