import type { Metrics } from '../../ports/metrics.ts';
import type { Quarantine } from '../../ports/quarantine.ts';
import { StoreUnavailable } from '../../ports/user-store.ts';

/** Beyond this it does not matter how many there are: an alarm looks for one. */
const MOST = 1_000;

/**
 * Counts what is left in quarantine after something was taken out of it: an alarm waits for the count to be none. The list may
 * lag behind, and count what has just gone. Where it cannot be read nothing is counted: what was done before is done.
 */
export async function countQuarantine({
  quarantine,
  metrics,
}: {
  readonly quarantine: Pick<Quarantine, 'list'>;
  readonly metrics: Metrics;
}): Promise<void> {
  try {
    metrics.record('QuarantineSize', await countUpTo(MOST, quarantine.list()));
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
  }
}

async function countUpTo(most: number, items: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const _item of items) {
    count += 1;
    if (count === most) break;
  }
  return count;
}
