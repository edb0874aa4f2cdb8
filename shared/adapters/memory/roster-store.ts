import type { RosterChange, RosterEntry } from '../../domain/roster.ts';
import type { ListedEntries, RosterPage, RosterStore } from '../../ports/roster-store.ts';
import { answer } from './answer.ts';

/** A roster without a table, and what a memory user store asks of it and does to it in its transactions. */
export interface MemoryRosterStore extends RosterStore {
  isAsRead(change: RosterChange): boolean;
  make(change: RosterChange): void;
}

export function createMemoryRosterStore(): MemoryRosterStore {
  const entries = new Map<string, RosterEntry>();
  const isAsRead = ({ email, before }: RosterChange): boolean => isSame(entries.get(email), before);
  const make = ({ email, after }: RosterChange): void => {
    if (after) entries.set(email, after);
    else entries.delete(email);
  };
  return {
    isAsRead,
    make,
    get: (email, options = {}) => answer(options, () => entries.get(email)),
    list: (page, options = {}) => answer(options, () => pageOf([...entries.values()], page)),
    change: (change, options = {}) =>
      answer(options, () => {
        const isMet = isAsRead(change);
        if (isMet) make(change);
        return isMet;
      }),
    sweep: (_email, options = {}) => answer(options, () => undefined),
  };
}

/** A revision may begin anew when an entry does: the link tells one life from the other. */
function isSame(stored: RosterEntry | undefined, read: RosterEntry | undefined): boolean {
  return stored?.revision === read?.revision && stored?.link?.userId === read?.link?.userId;
}

function pageOf(entries: readonly RosterEntry[], { limit, after = '' }: RosterPage): ListedEntries {
  const listed = entries.filter(({ email }) => compareBytes(email, after) > 0);
  const page = listed.toSorted((a, b) => compareBytes(a.email, b.email)).slice(0, limit);
  return { entries: page, next: listed.length > page.length ? page.at(-1)?.email : undefined };
}

/** As the table's index sorts texts. */
function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
