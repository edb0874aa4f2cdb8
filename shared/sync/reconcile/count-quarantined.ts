import type { ReconcileDependencies } from './dependencies.ts';

/** One is enough to look at; beyond this many it makes no difference, and counting them would cost. */
const MOST_COUNTED = 100;

/**
 * Counts the events that wait in quarantine, up to a hundred. The index that lists them lags by a moment.
 * @throws StoreUnavailable
 */
export async function countQuarantined({ quarantine }: Pick<ReconcileDependencies, 'quarantine'>): Promise<number> {
  let count = 0;
  for await (const _entry of quarantine.list()) {
    count += 1;
    if (count === MOST_COUNTED) break;
  }
  return count;
}
