import type { ReadAuthority, ReadSnapshot } from '../domain/snapshot.ts';
import type { Clock } from '../ports/time.ts';
import type { DirectoryUser, UserDirectory } from '../ports/user-directory.ts';
import { DirectoryUnavailable } from '../ports/user-directory.ts';
import type { AskAnswer } from './apply-snapshot.ts';

/**
 * A read of Clerk as a snapshot.
 *
 * @param startedAt when the read began, ms: what Clerk answers was true at some moment since
 * @param lifts which tombstones this read may lift
 */
export function readSnapshot(user: DirectoryUser, startedAt: number, lifts: ReadAuthority): ReadSnapshot {
  return { source: 'read', ...user, seenAt: startedAt, lifts };
}

/**
 * Reads one user from Clerk.
 *
 * @returns the read, `absent` when Clerk says there is no such user, `unavailable` when it says nothing
 */
export async function readUser(
  deps: ReadDependencies,
  userId: string,
  lifts: ReadAuthority,
  signal?: AbortSignal,
): Promise<AskAnswer> {
  try {
    return await lookUpUser(deps, userId, lifts, signal);
  } catch (error) {
    if (error instanceof DirectoryUnavailable) return 'unavailable';
    throw error;
  }
}

export interface ReadDependencies {
  readonly directory: UserDirectory;
  readonly clock: Clock;
}

/**
 * Reads one user from Clerk, for those who want to know why that could not be done.
 *
 * @returns the read, or `absent` when Clerk says there is no such user
 * @throws DirectoryUnavailable
 */
export async function lookUpUser(
  { directory, clock }: ReadDependencies,
  userId: string,
  lifts: ReadAuthority,
  signal?: AbortSignal,
): Promise<ReadSnapshot | 'absent'> {
  const startedAt = clock.now();
  const user = await directory.getUser(userId, signal ? { signal } : {});
  return user ? readSnapshot(user, startedAt, lifts) : 'absent';
}
