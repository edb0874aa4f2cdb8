import type { Timers } from '../../shared/ports/time.ts';
import type { AskAnswer } from '../../shared/sync/apply-snapshot.ts';

/**
 * Asks Clerk with a time limit of the question's own.
 *
 * @param timeMs ms
 * @param ask gives up when its signal does, and answers `unavailable` then
 */
export async function askInTime(
  timers: Timers,
  timeMs: number,
  ask: (signal: AbortSignal) => Promise<AskAnswer>,
): Promise<AskAnswer> {
  const deadline = timers.deadline(timeMs);
  try {
    return await ask(deadline.signal);
  } finally {
    deadline.clear();
  }
}
