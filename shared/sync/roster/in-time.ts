import { StoreUnavailable } from '../../ports/user-store.ts';
import { backOff } from '../persist.ts';
import type { RosterAdminDependencies } from './dependencies.ts';
import { BUDGET_MS } from './dependencies.ts';

/**
 * Tries until nobody is faster: each attempt reads anew.
 *
 * @param attempt undefined when somebody has changed in between what it went by
 * @throws StoreUnavailable, also when time runs out
 */
export async function inTime<T>(
  deps: RosterAdminDependencies,
  attempt: (signal: AbortSignal) => Promise<T | undefined>,
): Promise<T> {
  const deadline = deps.timers.deadline(BUDGET_MS);
  try {
    for (let lost = 1; ; lost += 1) {
      const done = await attempt(deadline.signal);
      if (done !== undefined) return done;
      await backOff(deps, deadline.signal, lost);
    }
  } catch (error) {
    if (error !== deadline.signal.reason) throw error;
    throw new StoreUnavailable(
      `The roster could not be changed within ${BUDGET_MS} ms: others change the same entry.`,
      {
        cause: error,
      },
    );
  } finally {
    deadline.clear();
  }
}
