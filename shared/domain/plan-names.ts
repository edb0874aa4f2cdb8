import type { Name, NameKind, Reservation } from './names.ts';
import { claimOf, derivedUsernames, formerEmail, nameKey, waitsFor } from './names.ts';
import type { HeldNames, MirroredUser, StoredUser } from './user.ts';

/**
 * What a write of a user does to a name: *take* it, *release* it, *retire* it (released by a deletion, which is remembered),
 * *wait* for it while somebody else has it, *leave* those who wait, *forget* that a user who is erased has had it.
 */
export interface NameMove {
  readonly action: 'take' | 'release' | 'retire' | 'wait' | 'leave' | 'forget';
  readonly name: Name;
}

export interface NamePlan {
  /** What the user holds after the write. */
  readonly held: HeldNames;
  /** Empty for nearly every write: then the user's item alone is written. */
  readonly moves: readonly NameMove[];
}

/** What is known of reservations. Of a name that was not looked at, what the user's own item says is believed. */
export interface KnownNames {
  /** By `nameKey`. */
  readonly seen: ReadonlyMap<string, Reservation>;
  /** Key of the name that this user gives to somebody else in the same transaction. */
  readonly yielded?: string;
}

const NOTHING_KNOWN: KnownNames = { seen: new Map() };

/**
 * Decides what becomes of a user's names when the user becomes `next`. Names follow from what the rule has decided and never
 * decide anything: whoever cannot have a name is stored all the same, and waits for it.
 *
 * A username that Clerk has chosen is waited for like an email; a derived one gives way to the next best. It stays when the
 * email that it came from changes.
 *
 * @param stored the user as stored; undefined for a new one
 */
export function planNames(
  stored: StoredUser | undefined,
  next: MirroredUser,
  known: KnownNames = NOTHING_KNOWN,
): NamePlan {
  const email = planName(questionOf('email', stored, next, known));
  const username = planName(questionOf('username', stored, next, known));
  return {
    held: {
      ...(email.held !== undefined && { email: email.held }),
      ...(username.held !== undefined && { username: username.held }),
    },
    moves: [...email.moves, ...username.moves],
  };
}

/** One kind of name, before the write and after it. */
interface Question {
  readonly kind: NameKind;
  readonly stored: StoredUser | undefined;
  readonly next: MirroredUser;
  readonly known: KnownNames;
  /** What the user holds and nobody has taken away. */
  readonly had: string | undefined;
  /** What the user waits for. */
  readonly waited: string | undefined;
  /** What Clerk says is the user's. */
  readonly claim: string | undefined;
}

function questionOf(kind: NameKind, stored: StoredUser | undefined, next: MirroredUser, known: KnownNames): Question {
  const held = stored?.held[kind];
  const seen = held === undefined ? undefined : known.seen.get(nameKey({ kind, value: held }));
  const had = seen && seen.owner !== next.id ? undefined : held;
  return { kind, stored, next, known, had, waited: stored && waitsFor(stored, kind), claim: claimOf(next, kind) };
}

function planName(question: Question): { readonly held: string | undefined; readonly moves: NameMove[] } {
  const { had, claim } = question;
  const wanted = claim ?? derivedUsername(question);
  const moves = [...partWith(question, wanted), ...leaveQueue(question), ...forget(question)];
  if (wanted === undefined || (wanted === had && !isYielded(question, wanted))) return { held: wanted, moves };
  const isFree = !isBlocked(question, wanted);
  // Who waits already says so again with every write: a reservation that has been lost comes back by it.
  return { held: isFree ? wanted : undefined, moves: [...moves, moveOf(question, isFree ? 'take' : 'wait', wanted)] };
}

/**
 * The user's own derived name as long as there is no reason to give it up, also when its reservation was lost; else the first
 * that nobody has.
 */
function derivedUsername(question: Question): string | undefined {
  const { kind, stored, next } = question;
  if (kind === 'email') return undefined;
  const candidates = derivedUsernames(next);
  const isDerived = stored !== undefined && claimOf(stored, kind) === undefined;
  const held = stored?.held[kind];
  const own = held !== undefined && isDerived && candidates.length > 0 ? [held] : [];
  return [...own, ...candidates].find((name) => !isBlocked(question, name));
}

function partWith(question: Question, wanted: string | undefined): NameMove[] {
  const { kind, had, next } = question;
  if (had === undefined || (had === wanted && !isYielded(question, had))) return [];
  const isRemembered = kind === 'email' && next.tombstone !== undefined && next.tombstone.erasedAt === undefined;
  return [moveOf(question, isRemembered ? 'retire' : 'release', had)];
}

function leaveQueue(question: Question): NameMove[] {
  const { waited, claim, next } = question;
  if (waited === undefined || waited === claim) return [];
  const seen = seenOf(question, waited);
  return seen && !seen.claimants.includes(next.id) ? [] : [moveOf(question, 'leave', waited)];
}

/**
 * A deleted user is remembered as the last owner of an address. Nobody is who has been erased, for the address is a personal
 * value itself, or who comes back from the dead with another one, for a stranger may have the old one next.
 */
function forget(question: Question): NameMove[] {
  const { kind, stored, next, claim } = question;
  const isOver = next.tombstone === undefined || next.tombstone.erasedAt !== undefined;
  const email = kind === 'email' && isOver && stored ? formerEmail(stored) : undefined;
  if (email === undefined || email === claim || seenOf(question, email)?.lastOwner !== next.id) return [];
  return [moveOf(question, 'forget', email)];
}

/** Whether somebody else has the name, as far as is known: whoever waits for it has not been told otherwise. */
function isBlocked(question: Question, value: string): boolean {
  if (isYielded(question, value)) return true;
  const seen = seenOf(question, value);
  return seen ? seen.owner !== undefined && seen.owner !== question.next.id : value === question.waited;
}

function isYielded({ kind, known }: Question, value: string): boolean {
  return known.yielded === nameKey({ kind, value });
}

function seenOf({ kind, known }: Question, value: string): Reservation | undefined {
  return known.seen.get(nameKey({ kind, value }));
}

function moveOf({ kind }: Question, action: NameMove['action'], value: string): NameMove {
  return { action, name: { kind, value } };
}
