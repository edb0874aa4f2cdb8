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
  /** Counts the changes of the reservation; 0 for one that nobody has written. */
  readonly revision: number;
}

/** Tells names of one kind and the other apart. */
export function nameKey({ kind, value }: Name): string {
  return `${kind}#${value}`;
}

export function freeName(name: Name): Reservation {
  return { name, owner: undefined, lastOwner: undefined, claimants: [], revision: 0 };
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
  const local = /^(.+)@/.exec(normaliseName(user.profile.content.email ?? ''))?.[1];
  const stem = [...(local ?? id)].slice(0, LONGEST_STEM).join('');
  return [stem, ...SUFFIX_LENGTHS.map((length) => `${stem}-${id.slice(-length)}`), `${stem}-${id}`];
}
