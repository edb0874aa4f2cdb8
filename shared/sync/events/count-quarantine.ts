import type { Metrics } from '../../ports/metrics.ts';
import type { Quarantine } from '../../ports/quarantine.ts';
import { StoreUnavailable } from '../../ports/user-store.ts';

/** Beyond this it does not matter how many there are: an alarm looks for one. */
const MOST = 1_000;

/**
 * Counts what is left in quarantine after something was taken out of it: an alarm waits for the count to be none. Where it cannot
 * be read nothing is counted: what was done before is done.
 *
 * @param gone ids of what was taken out: the list may lag behind, and still have it
 */
export async function countQuarantine(
  { quarantine, metrics }: { readonly quarantine: Pick<Quarantine, 'list'>; readonly metrics: Metrics },
  gone: ReadonlySet<string>,
): Promise<void> {
  try {
    metrics.record('QuarantineSize', await countLeft(quarantine, gone));
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
  }
}

async function countLeft(quarantine: Pick<Quarantine, 'list'>, gone: ReadonlySet<string>): Promise<number> {
  let count = 0;
  for await (const { id } of quarantine.list()) {
    if (!gone.has(id)) count += 1;
    if (count === MOST) break;
  }
  return count;
}
