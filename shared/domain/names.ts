import { normaliseName } from './user.ts';
import type { MirroredUser, StoredUser } from './user.ts';

export type NameKind = 'email' | 'username';

/** What at most one live user may have: a verified email or a username, normalised. */
export interface Name {
  readonly kind: NameKind;
  readonly value: string;
}

/** Who has a name. A name without any of these is free. */
export interface Reservation {
  readonly name: Name;
  /** The one live user who has it. */
  readonly owner: string | undefined;
  /** The deleted user who had it last; forgotten when somebody takes the name or that user is erased. */
  readonly lastOwner: string | undefined;
  /** Live users whose name it is by Clerk's word, while somebody else has it here. */
  readonly claimants: readonly string[];
  /** Whether it is on the list of names that somebody waits for; it may still be when nobody does. */
  readonly isListed: boolean;
  /** Counts the changes of the reservation; 0 for one that nobody has written. */
  readonly revision: number;
}

/** Tells names of one kind and the other apart. */
export function nameKey({ kind, value }: Name): string {
  return `${kind}#${value}`;
}

export function freeName(name: Name): Reservation {
  return { name, owner: undefined, lastOwner: undefined, claimants: [], isListed: false, revision: 0 };
}

/** What of a reservation is out of date. */
export interface LeftOver {
  /** Users on the list of those who wait, who do not wait or not any more. */
  readonly claimants: readonly string[];
  /** Whether its owner does not have the name. */
  readonly owner: boolean;
}

/**
 * A reservation without what is out of date, and off the list of conflicts when nobody waits; undefined when nobody needs it
 * any more, and the reservation itself when there is nothing to tidy: a write that changes nothing would only make the
 * change-stream function look again.
 */
export function tidied(reservation: Reservation, leftOver: LeftOver): Reservation | undefined {
  const { lastOwner, isListed, revision } = reservation;
  const owner = leftOver.owner ? undefined : reservation.owner;
  const claimants = reservation.claimants.filter((id) => !leftOver.claimants.includes(id));
  const isWaitedFor = claimants.length > 0;
  const isSame =
    owner === reservation.owner && claimants.length === reservation.claimants.length && isListed === isWaitedFor;
  if (revision > 0 && owner === undefined && lastOwner === undefined && !isWaitedFor) return undefined;
  return isSame ? reservation : { ...reservation, owner, claimants, isListed: isWaitedFor, revision: revision + 1 };
}

/**
 * The name that is this user's by Clerk's word. Of emails only the verified one counts: whoever could take another would
 * take an account. Undefined for a deleted user, and for one of whom only a token has spoken.
 */
export function claimOf(user: MirroredUser, kind: NameKind): string | undefined {
  if (user.tombstone || !user.record) return undefined;
  const { verifiedEmail, username } = user.record.content;
  const name = normaliseName((kind === 'email' ? verifiedEmail : username) ?? '');
  return name === '' ? undefined : name;
}

/** The name that a user claims and somebody else had when the user was written. */
export function waitsFor(user: StoredUser, kind: NameKind): string | undefined {
  const claim = claimOf(user, kind);
  return claim === user.held[kind] ? undefined : claim;
}

/** The address by which a deleted user may be remembered; undefined for a live one. */
export function formerEmail(user: MirroredUser): string | undefined {
  return user.tombstone ? claimOf({ ...user, tombstone: undefined }, 'email') : undefined;
}

/** Emails may be longer than anybody wants a username to be; characters. */
const LONGEST_STEM = 64;

/** How much of the id a username ends with when the plain one is taken; in the end all of it, which nobody else has. */
const SUFFIX_LENGTHS = [4, 8];

/**
 * Usernames for a live user to whom Clerk has given none, the best first: what stands before the `@` of the email (without an
 * email, the id), and then the same with a part of the id.
 */
export function derivedUsernames(user: MirroredUser): readonly string[] {
  if (user.tombstone || !user.record) return [];
  const id = normaliseName(user.id.replace(/^user_/, ''));
  const email = normaliseName(user.profile.content.email ?? '');
  const local = email.slice(0, Math.max(0, email.lastIndexOf('@')));
  const stem = Array.from(local || id)
    .slice(0, LONGEST_STEM)
    .join('');
  return [stem, ...SUFFIX_LENGTHS.map((length) => `${stem}-${id.slice(-length)}`), `${stem}-${id}`];
}
