import type { ChangedField } from './changed-fields.ts';
import { changedFields } from './changed-fields.ts';
import type { Path, StoredUser } from './user.ts';

/** What happened to a user, as applications are told: who, in which revision, by whose word. Never a value of hers. */
export type ChangeEvent = PlainChange | FieldChange;

interface ChangeFacts {
  /**
   * The same for every telling of one change, unlike that of any other: the revision alone would not do, since it begins anew
   * with a user who comes back after the tombstone has gone, and goes back when a table is restored from a backup.
   */
  readonly eventId: string;
  readonly userId: string;
  /** Of the user, after the change: it orders her events. */
  readonly revision: number;
  /** When the mirror was written, ms. */
  readonly occurredAt: number;
  readonly path: Path;
}

interface PlainChange extends ChangeFacts {
  readonly type: 'UserCreated' | 'UserDeleted' | 'UserRestored';
}

interface FieldChange extends ChangeFacts {
  readonly type: 'UserUpdated';
  /** Names only, at least one. What a first record tells counts as changed. */
  readonly changedFields: readonly ChangedField[];
}

/**
 * What applications are told of a change of a user's item; undefined where there is nothing to tell.
 *
 * Nothing is told of what the application itself writes, of versions, index keys and reservations, of tombstones that are
 * written again or erased, and of a user who was deleted before anyone had heard of her.
 *
 * @param before the item as it was; undefined for a new one
 * @param after the item as the change left it
 */
export function changeEvent(before: StoredUser | undefined, after: StoredUser): ChangeEvent | undefined {
  // A creation may stand on what is left of a tombstone whose time was over: that was another life.
  if (!before || before.createdAt !== after.createdAt) return creationOf(after);
  // The synchronisation alone counts revisions.
  return before.revision === after.revision ? undefined : changeOf(before, after);
}

function creationOf(after: StoredUser): ChangeEvent | undefined {
  return after.tombstone ? undefined : { type: 'UserCreated', ...factsOf(after) };
}

function changeOf(before: StoredUser, after: StoredUser): ChangeEvent | undefined {
  if (after.tombstone) return before.tombstone ? undefined : { type: 'UserDeleted', ...factsOf(after) };
  if (before.tombstone) return { type: isUnheardOf(before) ? 'UserCreated' : 'UserRestored', ...factsOf(after) };
  const fields = visibleChanges(before, after);
  return fields.length > 0 ? { type: 'UserUpdated', ...factsOf(after), changedFields: fields } : undefined;
}

/** Of whom nothing was ever known but a deletion: whatever is known of anybody raises the version, or fills a field. */
function isUnheardOf({ profile: { content, version } }: StoredUser): boolean {
  return version.asOf === 0 && Object.values(content).every((value) => value === null);
}

/** The username counts as it is shown: a derived one changes when Clerk gives it to somebody else. */
function visibleChanges(before: StoredUser, after: StoredUser): readonly ChangedField[] {
  const fields = changedFields(before, after).filter((field) => field !== 'username');
  return shownUsername(before) === shownUsername(after) ? fields : [...fields, 'username'];
}

function shownUsername({ record, held }: StoredUser): string | undefined {
  return record?.content.username ?? held.username;
}

function factsOf({ id, revision, updatedAt, changedBy }: StoredUser): ChangeFacts {
  return { eventId: `${id}#${revision}#${updatedAt}`, userId: id, revision, occurredAt: updatedAt, path: changedBy };
}
