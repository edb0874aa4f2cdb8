import type { UserDirectory } from '../../ports/user-directory.ts';
import { DirectoryUnavailable } from '../../ports/user-directory.ts';
import { StoreUnavailable } from '../../ports/user-store.ts';
import type { InstanceReader } from './dependencies.ts';

/**
 * Says which Clerk instance the table belongs to; as long as no run has claimed the table, it is the one that our secret key
 * belongs to. An example event that somebody sends from a dashboard is signed with our secret and speaks of another: before
 * the first run it must not make a user either.
 *
 * Clerk's answer is remembered for the life of the container: only a run writes it down.
 */
export function orInstanceOfKey(claimed: InstanceReader, directory: Pick<UserDirectory, 'instanceId'>): InstanceReader {
  let ofKey: string | undefined;
  return {
    async get(expected) {
      const ours = await claimed.get(expected);
      if (ours !== undefined) return ours;
      ofKey ??= await ask(directory);
      return ofKey;
    },
  };
}

async function ask(directory: Pick<UserDirectory, 'instanceId'>): Promise<string> {
  try {
    return await directory.instanceId();
  } catch (error) {
    if (!(error instanceof DirectoryUnavailable)) throw error;
    throw new StoreUnavailable('No run has claimed the table yet, and Clerk does not say whose secret key this is.', {
      cause: error,
    });
  }
}
