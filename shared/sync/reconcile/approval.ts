import type { Run, RunStore } from '../../ports/run-store.ts';
import type { Unreadable } from '../../ports/unreadable.ts';
import { isReadable } from '../../ports/unreadable.ts';
import type { ReconcileDependencies, RunIdentity } from './dependencies.ts';
import { NothingToApprove } from './failure.ts';
import { supersedes } from './held-runs.ts';
import { refuseForeignInstance } from './instance.ts';
import { recordOpening } from './run.ts';

/** What is known of the table when an approved run begins. */
export interface OpenedApproval {
  /** Clerk's own count. */
  readonly clerkUsers: number;
  /** Users whose deletion was proposed. */
  readonly suspects: number;
}

/**
 * Opens the run that makes a held run's deletions: refuses another Clerk instance, a run that is not held, and one that a
 * newer full run has superseded, since that one has judged the users of today.
 *
 * @throws ForeignInstance, NothingToApprove, DirectoryUnavailable, StoreUnavailable
 */
export async function openApproval(
  deps: ReconcileDependencies,
  run: RunIdentity,
  heldId: string,
): Promise<OpenedApproval> {
  await refuseForeignInstance(deps);
  const held = await deps.runs.get(heldId);
  if (held?.status !== 'held') {
    const found = held ? `is ${held.status}, not held` : 'is not known';
    throw new NothingToApprove(`Run ${heldId} ${found}: there are no deletions of it to approve.`);
  }
  await refuseLapsed(deps, held);
  await refuseSuperseded(deps, held);
  const clerkUsers = await deps.directory.countUsers();
  await recordOpening(deps, run, clerkUsers);
  return { clerkUsers, suspects: held.counts.suspects };
}

/** Proposals are kept for a time: without them a run would answer that there was nothing to delete. */
async function refuseLapsed({ runs }: ReconcileDependencies, { id, counts }: Run): Promise<void> {
  if (counts.suspects === 0) return;
  for await (const piece of runs.suspects(id)) if (piece.length > 0) return;
  throw new NothingToApprove(
    `The deletions that run ${id} proposed have lapsed: the next full run proposes them again.`,
  );
}

async function refuseSuperseded({ runs }: ReconcileDependencies, held: Run): Promise<void> {
  const newer = await findSuperseding(runs, held);
  if (!newer) return;
  if (!isReadable(newer)) {
    throw new NothingToApprove(
      `Nobody can tell whether run ${held.id} has been superseded: the record of the newer run ${newer.id} cannot be read. ${newer.unreadable} Or start a new full run.`,
    );
  }
  throw new NothingToApprove(
    `Run ${held.id} has been superseded by the newer full run ${newer.id}, which is ${newer.status}: look at that one.`,
  );
}

/**
 * The newer full run that has judged the users of today, or that may have; undefined while the held one's judgement stands.
 * @throws StoreUnavailable
 */
export async function findSuperseding(runs: Pick<RunStore, 'list'>, held: Run): Promise<Run | Unreadable | undefined> {
  for await (const run of runs.list(held.startedAt)) {
    if (!isReadable(run) || supersedes(run, held)) return run;
  }
  return undefined;
}
