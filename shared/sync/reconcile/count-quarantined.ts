import { isReadable } from '../../ports/unreadable.ts';
import type { ReconcileDependencies } from './dependencies.ts';

/** One is enough to look at; beyond this many it makes no difference, and counting them would cost. */
const MOST_COUNTED = 100;

/**
 * Counts the events that wait in quarantine, up to a hundred. The index that lists them lags by a moment. What stands among them
 * and is none is one more to look at.
 *
 * @throws StoreUnavailable
 */
export async function countQuarantined({
  quarantine,
  log,
}: Pick<ReconcileDependencies, 'quarantine' | 'log'>): Promise<number> {
  let count = 0;
  let unknown = 0;
  for await (const entry of quarantine.list()) {
    count += 1;
    if (!isReadable(entry)) unknown += 1;
    if (count === MOST_COUNTED) break;
  }
  // What it is may be named by somebody's address.
  if (unknown > 0) log.error('quarantine not readable', { items: unknown });
  return count;
}
