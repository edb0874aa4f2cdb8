import type { MirroredUser } from '../../shared/domain/user.ts';
import type { MergeOutcome } from '../../shared/domain/decision.ts';
import type { RequestUser } from '../../shared/request/request-user.ts';
import { applySnapshot } from '../../shared/sync/apply-snapshot.ts';
import { readUser } from '../../shared/sync/read-user.ts';
import type { HttpAnswer } from '../http/event.ts';
import { refuse } from '../http/refusals.ts';
import type { UsersDependencies } from './dependencies.ts';
import { TABLE_BUDGET_MS } from './dependencies.ts';

export type Fetched =
  | { readonly ok: true; readonly outcome: MergeOutcome; readonly user: MirroredUser }
  | { readonly ok: false; readonly answer: HttpAnswer };

/**
 * Reads the user from Clerk and merges what it says. A user whom Clerk does not have is not deleted for it: a deletion is a
 * proposal, which the webhook or a run confirms, and a signed-in stranger must not be able to make one.
 *
 * @returns the user as she now stands, who may be deleted or banned; or the answer that says why there is none
 */
export async function fetchUser({ id }: RequestUser, deps: UsersDependencies): Promise<Fetched> {
  const read = await readUser(deps, id, 'none');
  if (read === 'absent') return { ok: false, answer: refuse('user_not_found') };
  if (read === 'unavailable') return { ok: false, answer: refuse('unavailable') };
  const result = await applySnapshot(deps, read, { path: 'on-demand', budgetMs: TABLE_BUDGET_MS });
  if (result.status === 'settled') return { ok: true, ...result };
  const isUnstorable = result.status === 'failed' && result.reason === 'unstorable';
  return { ok: false, answer: refuse(isUnstorable ? 'unstorable_user' : 'unavailable') };
}
