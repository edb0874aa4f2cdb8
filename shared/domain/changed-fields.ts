import type { JsonValue } from './json.ts';
import { sameJson } from './json.ts';
import type { MirroredField, MirroredUser } from './user.ts';
import { PROFILE_FIELDS, RECORD_FIELDS } from './user.ts';

/** A field that a write can change, as logs and drift reports name it. */
export type ChangedField = MirroredField | 'deletedAt';

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
