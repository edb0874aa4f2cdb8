import type { Metrics } from '../../ports/metrics.ts';
import type { Quarantine } from '../../ports/quarantine.ts';

/** Beyond this it does not matter how many there are: an alarm looks for one. */
const MOST = 1_000;

/**
 * Counts what is left in quarantine after something was taken out of it: an alarm waits for the count to be none. The list may
 * lag behind, and count what has just gone.
 *
 * @throws StoreUnavailable
 */
export async function countQuarantine({
  quarantine,
  metrics,
}: {
  readonly quarantine: Pick<Quarantine, 'list'>;
  readonly metrics: Metrics;
}): Promise<void> {
  let left = 0;
  for await (const _entry of quarantine.list()) {
    left += 1;
    if (left === MOST) break;
  }
  metrics.record('QuarantineSize', left);
}
