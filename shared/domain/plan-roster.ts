import type { NameMove } from './plan-names.ts';
import type { CohortRule, RosterChange, RosterEntry } from './roster.ts';
import { defaultEntry, linkedTo, parted } from './roster.ts';
import type { MirroredUser, StoredUser } from './user.ts';

/** A user who is being written, as far as the roster is concerned. */
export interface RosterUser {
  readonly stored: StoredUser | undefined;
  readonly next: MirroredUser;
  readonly moves: readonly NameMove[];
  /** The deleted user who comes back as this one: her link comes along. */
  readonly returning?: StoredUser | undefined;
}

/** What a write of users does to the roster. */
export interface RosterPlan {
  /** By user, the address of the entry that is hers after the write, for those of whom it changes. */
  readonly links: ReadonlyMap<string, string | undefined>;
  readonly changes: readonly RosterChange[];
}

/** Entries by address, as they were read. */
export type KnownEntries = ReadonlyMap<string, RosterEntry | undefined>;

/**
 * Addresses whose entries decide what a write does to the roster; none for nearly every write.
 * @param isOn whether entries are linked at all: where they are not, only an erasure is of concern
 */
export function rosterEmails(user: RosterUser, isOn: boolean): readonly string[] {
  const { stored, next, returning } = user;
  const own = stored?.rosterEmail;
  if (isErased(next)) return own === undefined ? [] : [own];
  const isRestored = stored?.tombstone !== undefined && next.tombstone === undefined;
  const [taken, left] = [moved(user, ['take']), moved(user, ['release', 'retire'])];
  if (!isOn || (taken === undefined && left === undefined && !isRestored)) return [];
  return [own, taken, returning?.rosterEmail].filter((email) => email !== undefined);
}

/**
 * Decides what becomes of the roster when users and their verified addresses move. A user has one entry at most, and an entry
 * one user. Whoever takes a verified address is linked to its entry, if that is nobody's; where there is none, one is made
 * for a user who has none yet. Made entries go with the address that they were made for; registered ones stay hers, until
 * she takes an address with another one or is erased.
 *
 * All let go first, so that addresses can be swapped.
 */
export function planRoster(
  users: readonly RosterUser[],
  known: KnownEntries,
  rule: CohortRule,
  now: number,
): RosterPlan {
  const board = new Board(users, known, rule, now);
  for (const user of users) board.letGo(user);
  for (const user of users) board.take(user);
  return {
    links: new Map(users.flatMap(({ stored, next: { id } }) => changedLink(stored, id, board.links.get(id)))),
    changes: [...board.entries].flatMap(([email, after]) => {
      const before = known.get(email);
      return before === after ? [] : [{ email, before, after }];
    }),
  };
}

/** Entries and links while they change. */
class Board {
  readonly entries: Map<string, RosterEntry | undefined>;
  readonly links: Map<string, string | undefined>;
  readonly #rule: CohortRule;
  readonly #now: number;

  constructor(users: readonly RosterUser[], known: KnownEntries, rule: CohortRule, now: number) {
    this.entries = new Map(known);
    this.links = new Map(users.map(({ stored, next }) => [next.id, linkedEntry(stored, known)?.email]));
    this.#rule = rule;
    this.#now = now;
  }

  letGo(user: RosterUser): void {
    const own = this.#entryOf(user.next);
    if (!own) return;
    const isLeft = own.origin === 'default' && moved(user, ['release', 'retire']) === own.email;
    if (isLeft || isErased(user.next)) this.#release(user.next, own);
  }

  take(user: RosterUser): void {
    const { next, returning } = user;
    const email = moved(user, ['take']);
    if (email === undefined) return;
    const own = this.#entryOf(next);
    const entry = (own ? undefined : linkedEntry(returning, this.entries)) ?? this.entries.get(email);
    if (!entry) {
      if (!own) this.#put(next, defaultEntry(email, next, this.#rule, this.#now));
    } else if (isFree(entry, user)) {
      if (own) this.#release(next, own);
      this.#put(next, linkedTo(entry, next, this.#rule, this.#now));
    } else if (!own && entry.link?.userId === next.id) this.links.set(next.id, entry.email);
  }

  #entryOf({ id }: MirroredUser): RosterEntry | undefined {
    return this.entries.get(this.links.get(id) ?? '');
  }

  #release({ id }: MirroredUser, entry: RosterEntry): void {
    this.entries.set(entry.email, parted(entry, this.#now));
    this.links.set(id, undefined);
  }

  #put({ id }: MirroredUser, entry: RosterEntry): void {
    this.entries.set(entry.email, entry);
    this.links.set(id, entry.email);
  }
}

/** Nobody's, or the one's who comes back as this user. */
function isFree({ link }: RosterEntry, { returning }: RosterUser): boolean {
  return link === undefined || link.userId === returning?.id;
}

/** What a user's own item says of her link is a hint: the entry decides. */
function linkedEntry(user: StoredUser | undefined, entries: KnownEntries): RosterEntry | undefined {
  const entry = entries.get(user?.rosterEmail ?? '');
  return user !== undefined && entry?.link?.userId === user.id ? entry : undefined;
}

function changedLink(
  stored: StoredUser | undefined,
  id: string,
  link: string | undefined,
): [string, string | undefined][] {
  return stored?.rosterEmail === link ? [] : [[id, link]];
}

function moved({ moves }: RosterUser, actions: readonly NameMove['action'][]): string | undefined {
  return moves.find(({ action, name }) => name.kind === 'email' && actions.includes(action))?.name.value;
}

function isErased({ tombstone }: MirroredUser): boolean {
  return tombstone?.erasedAt !== undefined;
}
