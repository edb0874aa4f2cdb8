import type { Erasure } from '../erasure/erase-mirrored.ts';
import { eraseMirrored } from '../erasure/erase-mirrored.ts';
import type { AdminUserDependencies } from './dependencies.ts';
import { BUDGET_MS } from './dependencies.ts';
import { readForAdmin } from './read-for-admin.ts';

/** `in-clerk`: nothing was done, since Clerk still has the user and nobody asked for that. */
export type AdminErasure = Exclude<Erasure, 'not-due'> | 'in-clerk' | 'clerk-unavailable';

/**
 * Erases one user at once, whatever retention says: one whom Clerk no longer has, or, asked for explicitly, one whom it still
 * has. The latter no event, token or run brings back: only `restoreUser` does.
 *
 * @throws ForeignInstance when the secret key is another instance's; StoreUnavailable
 */
export async function eraseUser(
  deps: AdminUserDependencies,
  userId: string,
  { evenIfClerkHas = false }: { readonly evenIfClerkHas?: boolean } = {},
): Promise<AdminErasure> {
  const read = await readForAdmin(deps, userId, 'none');
  if (read === 'clerk-unavailable') return read;
  const inClerk = read !== 'not-in-clerk';
  if (inClerk && !evenIfClerkHas) return 'in-clerk';
  const erasure = await eraseMirrored(deps, userId, { path: 'admin', budgetMs: BUDGET_MS, whom: 'anyone', inClerk });
  if (erasure === 'not-due') throw new Error('An erasure of anyone was refused for its time.');
  return erasure;
}
