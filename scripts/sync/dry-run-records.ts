import { createMemoryRunStore } from '../../shared/adapters/memory/run-store.ts';
import type { RunStore } from '../../shared/ports/run-store.ts';
import type { Clock } from '../../shared/ports/time.ts';

/**
 * The records of a dry run: its own stay in memory, so that it writes nothing at all. Those of the runs before it are the
 * table's: what they have deleted decides whether a run would be held.
 *
 * @param kept the table's records
 */
export function recordsOfDryRun(kept: RunStore, clock: Clock): RunStore {
  const own = createMemoryRunStore({ clock });
  return { ...own, list: (since) => kept.list(since), marks: () => kept.marks() };
}
