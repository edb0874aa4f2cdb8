import type { ReconcileDependencies } from './dependencies.ts';
import type { WalkPosition } from './walk-progress.ts';

/** Parts into which a run divides Clerk's list for the run after it: fine enough for any number of windows. */
const PARTS = 32;

/** Pages below which a list is walked in one window: several would cost more calls than they save time. */
const FEW_PAGES = 20;

/**
 * Divides creation time into windows that hold about as many users each, by the marks that the last full run has left. They
 * decide how even the windows are and nothing else: any will do, also none.
 *
 * @param clerkUsers Clerk's own count
 */
export async function planWalk(
  { runs, limits: { pageSize, windows } }: Pick<ReconcileDependencies, 'runs' | 'limits'>,
  clerkUsers: number,
): Promise<WalkPosition> {
  const marks = clerkUsers < FEW_PAGES * pageSize ? [] : await runs.marks();
  const bounds = boundsFrom(marks, windows);
  const froms = [0, ...bounds];
  return {
    windows: froms.map((from, n) => ({ from, ...untilOf(bounds[n]) })),
    piece: 0,
    markEvery: Math.max(pageSize, Math.ceil(clerkUsers / PARTS)),
  };
}

/** Leaves the marks of a walk that came to its end to the next full run. */
export async function leaveMarks(
  { runs }: Pick<ReconcileDependencies, 'runs'>,
  marks: readonly number[],
): Promise<void> {
  if (marks.length > 0) await runs.putMarks(marks.toSorted((a, b) => a - b));
}

/** The times, ms, at which one window ends and the next begins, each once. */
function boundsFrom(marks: readonly number[], windows: number): readonly number[] {
  const parts = marks.length + 1;
  const chosen = Array.from({ length: windows - 1 }, (_, n) => marks[Math.round(((n + 1) * parts) / windows) - 1] ?? 0);
  return [...new Set(chosen)].filter((mark) => mark > 0).toSorted((a, b) => a - b);
}

function untilOf(until: number | undefined): { until?: number } {
  return until === undefined ? {} : { until };
}
