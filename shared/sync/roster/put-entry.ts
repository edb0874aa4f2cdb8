import type { RosterEntry } from '../../domain/roster.ts';
import { normaliseName } from '../../domain/user.ts';
import { persist } from '../persist.ts';
import type { RosterAdminDependencies } from './dependencies.ts';
import type { EntryInput } from './entry-input.ts';
import { problemsOfEntry } from './entry-input.ts';
import { inTime } from './in-time.ts';

export type PutEntry =
  | { readonly status: 'created' | 'updated'; readonly entry: RosterEntry }
  | { readonly status: 'invalid'; readonly problems: readonly string[] };

/**
 * Registers a person by address, or replaces what is registered. Whoever is linked stays linked, also to an entry that was made
 * with defaults, which is a registered one from then on. Nobody is linked by it: see `linkRoster`.
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
    const after = entryFrom({ ...input, email }, before, deps.clock.now());
    const isDone = await persist(deps, signal, () => store.change({ email, before, after }, { signal }));
    return isDone ? { status: before ? 'updated' : 'created', entry: after } : undefined;
  });
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
    link: before?.link,
    createdAt: before?.createdAt ?? now,
    updatedAt: now,
    revision: (before?.revision ?? 0) + 1,
  };
}
