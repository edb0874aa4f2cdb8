import { MalformedItem } from '../../ports/malformed-item.ts';
import type { ReconcileDependencies } from './dependencies.ts';

/** One is enough to look at; beyond this many it makes no difference, and counting them would cost. */
const MOST_COUNTED = 100;

/**
 * Counts the events that wait in quarantine, up to a hundred. The index that lists them lags by a moment. Where something stands
 * among them that is none, that is one more to look at: no run must fail for it.
 *
 * @throws StoreUnavailable
 */
export async function countQuarantined({
  quarantine,
  log,
}: Pick<ReconcileDependencies, 'quarantine' | 'log'>): Promise<number> {
  let count = 0;
  try {
    for await (const _entry of quarantine.list()) {
      count += 1;
      if (count === MOST_COUNTED) break;
    }
  } catch (error) {
    if (!(error instanceof MalformedItem)) throw error;
    // What it is may be named by somebody's address.
    log.error('quarantine not readable', { counted: count });
    count += 1;
  }
  return count;
}
