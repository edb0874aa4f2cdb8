import type { JsonValue } from './json.ts';
import { sameJson } from './json.ts';
import type { MirroredField, MirroredUser } from './user.ts';
import { PROFILE_FIELDS, RECORD_FIELDS } from './user.ts';

/**
 * A field that a write can change, as logs and drift reports name it. `version`: one that Clerk's word contradicts was taken
 * back; an `ItemFlaw` is none of the user's fields.
 */
export type ChangedField = MirroredField | 'deletedAt' | 'version' | ItemFlaw;

/**
 * What of an item was not as every write leaves it, while the user's own fields may be right: index keys, fingerprint, a time
 * to live that a live user must not have, attributes of a wrong type, a name of hers whose reservation is not hers.
 */
export type ItemFlaw = 'index' | 'fingerprint' | 'expiresAt' | 'unreadable' | 'reservation';

/** Names of the mirrored fields in which two states of a user differ. An unknown field counts as null. */
export function changedFields(before: MirroredUser, after: MirroredUser): ChangedField[] {
  const fields: ChangedField[] = mirroredFields.filter(
    (field) => !sameJson(valueOf(before, field), valueOf(after, field)),
  );
  return before.tombstone?.deletedAt === after.tombstone?.deletedAt ? fields : [...fields, 'deletedAt'];
}

const mirroredFields: readonly MirroredField[] = [...PROFILE_FIELDS, ...RECORD_FIELDS];

function valueOf(user: MirroredUser, field: MirroredField): JsonValue {
  const values: Partial<Record<MirroredField, JsonValue>> = { ...user.profile.content, ...user.record?.content };
  return values[field] ?? null;
}
