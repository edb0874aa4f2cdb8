import type { Watermark, WatermarkStore } from '../../ports/watermark-store.ts';
import type { ReconcileDependencies, RunIdentity } from './dependencies.ts';
import type { RunState } from './run.ts';

/**
 * How far behind the watermark an incremental run begins, ms: clocks differ, and a change may show in Clerk's list some time
 * after the one that was made after it.
 */
const MARGIN_MS = 600_000;

/** Where an incremental run begins that nobody tells where to, ms of Clerk's `updated_at`. */
export function beginningAfter({ updatedAt }: Watermark): number {
  return updatedAt - MARGIN_MS;
}

/**
 * Moves the watermark to where the run has looked at everything, if it has: never back, and not beyond a gap. A full run has
 * come as far as its own start, and leaves how far apart it knows the two counts to be.
 *
 * One that had to doubt Clerk's list knows nothing of the kind: the next hourly run finds the counts as far apart as before.
 *
 * A full run that could not store somebody counts as failed and moves it all the same: it knows whom it lacks, and every hour
 * another full run would not find out more.
 */
export async function moveWatermark(
  { watermark }: Pick<ReconcileDependencies, 'watermark'>,
  run: RunIdentity,
  state: RunState,
): Promise<void> {
  if (run.dryRun || state.failedBecause !== undefined || !state.isListTrusted) return;
  if (run.mode === 'full') return watermark.advance(await comeTo(watermark, run, state));
  if (run.mode !== 'incremental' || state.newest === undefined || hasLeftSomebody(state)) return;
  const current = await watermark.get();
  if (!current || (run.since !== undefined && run.since > beginningAfter(current))) return;
  // A time that Clerk has not come to yet would hide everything until then.
  await watermark.advance({ updatedAt: Math.min(state.newest, run.startedAt) });
}

/** Whom an incremental run could not bring in line the next one looks at again: it may be mended by then. */
function hasLeftSomebody({ changes }: RunState): boolean {
  return changes.unstorable + changes.unreadable > 0;
}

/** A run is held also where Clerk's list was not all there: then nobody knows whom it has not looked at. */
async function comeTo(watermark: WatermarkStore, { startedAt }: RunIdentity, state: RunState): Promise<Watermark> {
  const before = state.heldBecause === undefined ? undefined : await watermark.get();
  return { updatedAt: before?.updatedAt ?? startedAt, apart: knownDifference(state) };
}

/**
 * Users of Clerk's list whom the table does not have as live, less those whom only the table has and whose deletion was held.
 * Both are of the very same walk: who comes or goes behind its back is not in it.
 */
function knownDifference({ walked, suspects, heldBecause }: RunState): number {
  return walked.listed - walked.live - (heldBecause === undefined ? 0 : suspects);
}
