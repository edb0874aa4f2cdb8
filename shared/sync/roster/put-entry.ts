import { sameJson } from '../../domain/json.ts';
import type { RosterEntry, RosterLink } from '../../domain/roster.ts';
import { normaliseName } from '../../domain/user.ts';
import { persist } from '../persist.ts';
import type { RosterAdminDependencies } from './dependencies.ts';
import type { EntryInput } from './entry-input.ts';
import { problemsOfEntry } from './entry-input.ts';
import { inTime } from './in-time.ts';

export type PutEntry =
  | { readonly status: 'created' | 'updated' | 'unchanged'; readonly entry: RosterEntry }
  | { readonly status: 'invalid'; readonly problems: readonly string[] };

/**
 * Registers a person by address, or replaces what is registered. Whoever is linked stays linked, also to an entry that was made
 * with defaults, which is a registered one from then on. Nobody is linked by it: see `linkRoster`. An entry that says the same
 * already is not written.
 *
 * @throws StoreUnavailable
 */
export async function putEntry(deps: RosterAdminDependencies, input: EntryInput): Promise<PutEntry> {
  const problems = problemsOfEntry(input);
  if (problems.length > 0) return { status: 'invalid', problems };
  const email = normaliseName(input.email);
  const { store } = deps.roster;
  return inTime(deps, async (signal) => {
    const before = await persist(deps, signal, () => store.get(email, { signal }));
    if (before && saysTheSame(before, input)) return { status: 'unchanged', entry: before };
    const after = entryFrom({ ...input, email }, before, deps.clock.now());
    const isDone = await persist(deps, signal, () => store.change({ email, before, after }, { signal }));
    return isDone ? { status: before ? 'updated' : 'created', entry: after } : undefined;
  });
}

function saysTheSame(before: RosterEntry, { attributes = {}, cohort }: EntryInput): boolean {
  const sameCohort = cohort === undefined || cohort === before.cohort;
  return before.origin === 'registered' && sameCohort && sameJson(before.attributes, attributes);
}

function entryFrom(
  { email, attributes = {}, cohort }: EntryInput,
  before: RosterEntry | undefined,
  now: number,
): RosterEntry {
  return {
    email,
    attributes,
    cohort: cohort ?? before?.cohort,
    origin: 'registered',
    link: linkBeside(cohort, before),
    createdAt: before?.createdAt ?? now,
    updatedAt: now,
    revision: (before?.revision ?? 0) + 1,
  };
}

/** A cohort that is registered is the entry's own, whatever the link gave. */
function linkBeside(cohort: string | undefined, before: RosterEntry | undefined): RosterLink | undefined {
  if (!before?.link || cohort === undefined) return before?.link;
  const { userId, at } = before.link;
  return { userId, at };
}
