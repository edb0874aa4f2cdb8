import { each } from '../each.ts';
import type { RosterAdminDependencies } from './dependencies.ts';
import type { EntryInput } from './entry-input.ts';
import { putEntry } from './put-entry.ts';

/** How many entries an import has made, replaced, left as they were, and not come to. */
export interface Imported {
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly left: number;
}

/** Entries at the same time: 5,000 of them are to be done while somebody waits for the answer. */
const AT_ONCE = 16;

/**
 * Registers many people. An entry that says the same already is not written, so that an import may be repeated, also one that
 * was broken off.
 *
 * @param entries with one entry for each address, each without a problem
 * @param until nothing is begun after this time, ms
 * @throws StoreUnavailable: what was done before stands
 */
export async function importEntries(
  deps: RosterAdminDependencies,
  entries: readonly EntryInput[],
  until: number,
): Promise<Imported> {
  const counts = { created: 0, updated: 0, unchanged: 0, left: 0 };
  await each(entries, AT_ONCE, async (entry) => {
    const put = deps.clock.now() < until ? await putEntry(deps, entry) : { status: 'left' as const };
    if (put.status === 'invalid') throw new Error('An entry with a problem was to be imported.');
    counts[put.status] += 1;
  });
  return counts;
}
