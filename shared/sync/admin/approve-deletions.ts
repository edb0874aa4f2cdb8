import type { Run } from '../../ports/run-store.ts';
import { isReadable } from '../../ports/unreadable.ts';
import { findSuperseding } from '../reconcile/approval.ts';
import type { StartDependencies, StartedRun } from './start-run.ts';
import { startRun } from './start-run.ts';

export type Approval =
  | StartedRun
  | { readonly status: 'unknown' }
  /** The run proposes no deletions that wait for anybody; `is` says how it stands. */
  | { readonly status: 'not-held'; readonly is: Run['status'] }
  /** A newer full run has judged the users of today; or it may have, where its record cannot be read. */
  | { readonly status: 'superseded'; readonly by: string; readonly isCertain: boolean };

/**
 * Approves the deletions of a held run: starts the run that makes them, each confirmed by Clerk again. That run looks at all
 * this once more when it begins: here it is looked at so that a person is told at once.
 *
 * @throws StoreUnavailable
 */
export async function approveDeletions(deps: StartDependencies, heldId: string): Promise<Approval> {
  const held = await deps.runs.get(heldId);
  if (!held) return { status: 'unknown' };
  if (held.status !== 'held') return { status: 'not-held', is: held.status };
  const newer = await findSuperseding(deps.runs, held);
  if (!newer) return startRun(deps, { mode: 'approve', run: heldId });
  return { status: 'superseded', by: newer.id, isCertain: isReadable(newer) };
}
