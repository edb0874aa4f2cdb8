import { sameJson } from '../../domain/json.ts';
import type { RosterEntry } from '../../domain/roster.ts';
import { each } from '../each.ts';
import { persist } from '../persist.ts';
import type { RosterAdminDependencies } from './dependencies.ts';
import type { EntryInput } from './entry-input.ts';
import { inTime } from './in-time.ts';
import { putEntry } from './put-entry.ts';

/** How many entries an import has made, replaced, and left as they were. */
export interface Imported {
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
}

/** Entries at the same time: 5,000 of them are to be done while somebody waits for the answer. */
const AT_ONCE = 16;

/**
 * Registers many people. An entry that says the same already is not written, so that an import may be repeated, also one that
 * was broken off.
 *
 * @param entries with one entry for each address, each without a problem
 * @throws StoreUnavailable: what was done before stands
 */
export async function importEntries(deps: RosterAdminDependencies, entries: readonly EntryInput[]): Promise<Imported> {
  const counts = { created: 0, updated: 0, unchanged: 0 };
  await each(entries, AT_ONCE, async (entry) => {
    counts[await importEntry(deps, entry)] += 1;
  });
  return counts;
}

async function importEntry(deps: RosterAdminDependencies, entry: EntryInput): Promise<keyof Imported> {
  const { store } = deps.roster;
  const before = await inTime(deps, async (signal) => ({
    entry: await persist(deps, signal, () => store.get(entry.email, { signal })),
  }));
  if (before.entry && saysTheSame(before.entry, entry)) return 'unchanged';
  const put = await putEntry(deps, entry);
  if (put.status === 'invalid') throw new Error('An entry with a problem was to be imported.');
  return put.status;
}

function saysTheSame(before: RosterEntry, { attributes = {}, cohort }: EntryInput): boolean {
  const sameCohort = cohort === undefined || cohort === before.cohort;
  return before.origin === 'registered' && sameCohort && sameJson(before.attributes, attributes);
}
