import type { ReadAuthority, ReadSnapshot } from '../../domain/snapshot.ts';
import { DirectoryUnavailable } from '../../ports/user-directory.ts';
import { readUser } from '../read-user.ts';
import { refuseForeignInstance } from '../reconcile/instance.ts';
import type { AdminUserDependencies } from './dependencies.ts';

/** What Clerk, asked for a person, did not answer with a user: it has none, or it cannot be asked now. */
export type NotRead = 'not-in-clerk' | 'clerk-unavailable';

/**
 * Reads one user from the Clerk instance that the table belongs to: with another one's key everybody would be gone.
 * @throws ForeignInstance, StoreUnavailable
 */
export async function readForAdmin(
  deps: AdminUserDependencies,
  userId: string,
  lifts: ReadAuthority,
): Promise<ReadSnapshot | NotRead> {
  try {
    await refuseForeignInstance(deps);
  } catch (error) {
    if (error instanceof DirectoryUnavailable) return 'clerk-unavailable';
    throw error;
  }
  const answer = await readUser(deps, userId, lifts);
  if (answer === 'absent') return 'not-in-clerk';
  return answer === 'unavailable' ? 'clerk-unavailable' : answer;
}
