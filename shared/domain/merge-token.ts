import type { Decision } from './decision.ts';
import { ASK, keep, write } from './decision.ts';
import { judge, overwrite } from './register.ts';
import type { TokenSnapshot } from './snapshot.ts';
import type { MirroredUser, Profile, Register } from './user.ts';
import { blankUser, PROFILE_FIELDS } from './user.ts';
import { LOWEST_VERSION } from './version.ts';

/** A token dated further ahead than this (ms) is not believed about order. */
export const MAX_AHEAD_MS = 5 * 60_000;

/** A token may create a missing user; without order it does so at the lowest version, so that anything else overrides it. */
export function createFromToken(token: TokenSnapshot, now: number): Decision {
  const blank = blankUser(token.id);
  const profile = orderedProfile(token, now) ?? {
    content: { ...blank.profile.content, ...token.claims },
    version: LOWEST_VERSION,
  };
  return write('created', blank, { ...blank, profile });
}

/** Compares a token with the stored user. It never touches the record, never revives, and without order never overwrites. */
export function mergeToken(stored: MirroredUser, token: TokenSnapshot, now: number): Decision {
  if (stored.tombstone) return keep('stale', stored);
  const differs = differsFrom(stored.profile.content, token.claims);
  const profile = orderedProfile(token, now);
  if (!profile) return differs ? ASK : keep('unchanged', stored);
  switch (judge(stored.profile, profile)) {
    case 'write':
      return write('updated', stored, { ...stored, profile: overwrite(stored.profile, profile) });
    case 'ask':
      return ASK;
    case 'stale':
      return keep(differs ? 'stale' : 'unchanged', stored);
    case 'unchanged':
      return keep('unchanged', stored);
  }
}

/** The profile register of a complete token; undefined when the token carries no order that can be believed. */
function orderedProfile({ claims, asOf }: TokenSnapshot, now: number): Register<Profile> | undefined {
  const { email, firstName, lastName, imageUrl } = claims;
  if (email === undefined || firstName === undefined || lastName === undefined || imageUrl === undefined)
    return undefined;
  if (asOf === undefined || asOf > now + MAX_AHEAD_MS) return undefined;
  return { content: { email, firstName, lastName, imageUrl }, version: { asOf, seenAt: 0 } };
}

function differsFrom(stored: Profile, claims: Partial<Profile>): boolean {
  return PROFILE_FIELDS.some((field) => {
    const claim = claims[field];
    return claim !== undefined && claim !== stored[field];
  });
}
