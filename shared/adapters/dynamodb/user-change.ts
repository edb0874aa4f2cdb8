import type { StoredUser } from '../../domain/user.ts';
import { TABLE } from '../../names/table.ts';
import type { Notation } from './attribute-value.ts';
import { fromNotation } from './attribute-value.ts';
import { parseUserItem, userIdOf } from './user-item.ts';

/** A user before and after a change of the item. */
export interface UserChange {
  /** Undefined where there was no item. */
  readonly before: StoredUser | undefined;
  readonly after: StoredUser;
}

type Image = Readonly<Record<string, Notation>>;

/** What a record of the table's stream has, as far as it is read. */
export interface ChangedItem {
  readonly Keys?: Image | undefined;
  readonly OldImage?: Image | undefined;
  readonly NewImage?: Image | undefined;
}

/** @returns the id of the user whose item has changed; undefined for another kind of item */
export function changedUserId(item: ChangedItem): string | undefined {
  return userIdOf(item.Keys?.[TABLE.partitionKey]?.S ?? '');
}

/**
 * Reads a change of a user's item.
 * @returns undefined for an item that was removed: of users only tombstones are, once their time is over
 * @throws MalformedItem when the synchronisation has not written what was there before or is there now
 */
export function parseUserChange({ OldImage, NewImage }: ChangedItem): UserChange | undefined {
  if (!NewImage) return undefined;
  return {
    before: OldImage && parseUserItem(fromNotation(OldImage)),
    after: parseUserItem(fromNotation(NewImage)),
  };
}
