import type { StoredUser, MirroredField } from '../../domain/user.ts';
import { PROFILE_FIELDS } from '../../domain/user.ts';
import { agreesWithFingerprint } from '../repairs.ts';

/** What a user was found to differ in, and probably why. */
export interface Finding {
  readonly kind: string;
  readonly cause: DriftCause;
  /** Time since Clerk made the change that had not arrived, or since the table has been wrong, ms; where it is known. */
  readonly ageMs?: number;
}

/**
 * `missed-webhook`: Clerk has told a newer version, or a user's coming or going, and nobody heard. `hand-edit`: the item is not
 * what any write has made of it. `unversioned-change`: it is, and Clerk says something else of the same version.
 * `incomplete-creation`: only a token has told of the user so far. `mapping-change`: an earlier mapping has written the item.
 */
export type DriftCause =
  | 'missed-webhook'
  | 'hand-edit'
  | 'unversioned-change'
  | 'incomplete-creation'
  | 'mapping-change'
  | 'unknown';

/** What is known of a user who was repaired, or would be. */
export interface Evidence {
  /** As she was stored; undefined where she was not, or where an attempt that was cut off has written her since. */
  readonly before: StoredUser | undefined;
  /** What Clerk says; undefined where it does not have her. */
  readonly clerk: { readonly asOf: number; readonly createdAt: number } | undefined;
  /** ms. */
  readonly now: number;
}

/** Findings of one user, from what a run did to her. */
export function findingsOf(
  { outcome, changedFields }: { readonly outcome: string; readonly changedFields: readonly string[] },
  evidence: Evidence,
): Finding[] {
  switch (outcome) {
    case 'created':
      return [{ kind: 'missing', cause: 'missed-webhook', ...ageSince(evidence.clerk?.createdAt, evidence) }];
    case 'deleted':
      return [{ kind: 'extra', cause: 'missed-webhook' }];
    case 'updated':
    case 'restored':
      return changedFields.map((field) => findingOf(field, evidence));
    default:
      return [];
  }
}

function findingOf(field: string, evidence: Evidence): Finding {
  const { before } = evidence;
  if (field === 'deletedAt') return buried(evidence);
  if (!before) return { kind: field, cause: 'unknown' };
  if (!isMirrored(field)) return { kind: field, cause: before.item?.isOutdated ? 'mapping-change' : 'hand-edit' };
  return { kind: field, ...causeOfField(field, before, evidence) };
}

const OF_THE_ITEM = ['version', 'index', 'fingerprint', 'expiresAt', 'unreadable', 'reservation'];

function isMirrored(field: string): boolean {
  return !OF_THE_ITEM.includes(field);
}

/** Whose tombstone the index does not list as one was given it by hand. */
function buried({ before, ...evidence }: Evidence): Finding {
  const cause = before?.item?.isListedRight === false ? 'hand-edit' : 'unknown';
  return { kind: 'buried', cause, ...ageSince(before?.tombstone?.deletedAt, { before, ...evidence }) };
}

function causeOfField(field: string, before: StoredUser, evidence: Evidence): Omit<Finding, 'kind'> {
  const register = isOfProfile(field) ? before.profile : before.record;
  if (!register) return { cause: 'incomplete-creation', ...ageSince(before.createdAt, evidence) };
  if (before.item && before.item.unreadable.length > 0) return { cause: 'hand-edit' };
  const asOf = evidence.clerk?.asOf ?? 0;
  if (asOf > register.version.asOf) return { cause: 'missed-webhook', ...ageSince(asOf, evidence) };
  if (before.item?.isOutdated) return { cause: 'mapping-change' };
  if (asOf < register.version.asOf) return { cause: 'hand-edit' };
  const agrees = agreesWithFingerprint(before);
  if (agrees === undefined) return { cause: 'unknown' };
  return { cause: agrees ? 'unversioned-change' : 'hand-edit' };
}

function isOfProfile(field: string): boolean {
  const profile: readonly MirroredField[] = PROFILE_FIELDS;
  return profile.some((known) => known === field);
}

function ageSince(ms: number | undefined, { now }: Evidence): { ageMs?: number } {
  return ms === undefined ? {} : { ageMs: Math.max(0, now - ms) };
}
