import type { JsonObject } from '../domain/json.ts';
import type { StoredUser } from '../domain/user.ts';
import type { UserWrite } from './user-store.ts';

/**
 * The user as a write leaves it, whichever store makes it.
 *
 * @param app what the application's attributes are then
 */
export function writtenUser(write: UserWrite, app: JsonObject): StoredUser {
  const { next, expected, path, now, held } = write;
  // What is handed on may be a stored user, with more than the rule's own fields.
  const { id, profile, record, locked, tombstone, restoredAt } = next;
  const runChange = write.runChange ?? expected?.runChange;
  const previous = write.inheritFrom ?? (write.erase ? undefined : expected?.previousClerkUserId);
  const rosterEmail = rosterEmailAfter(write);
  return {
    id,
    profile,
    record,
    locked,
    tombstone,
    restoredAt,
    held,
    revision: (expected?.revision ?? 0) + 1,
    createdAt: expected?.createdAt ?? now,
    updatedAt: now,
    changedBy: path,
    app,
    ...(runChange && { runChange }),
    ...((expected?.hasHeldEmail === true || held.email !== undefined) && { hasHeldEmail: true }),
    ...(rosterEmail !== undefined && { rosterEmail }),
    ...(previous !== undefined && { previousClerkUserId: previous }),
  };
}

/** An address is a personal value: nobody who is erased keeps one. */
function rosterEmailAfter({ roster, erase, expected }: UserWrite): string | undefined {
  if (roster) return roster.link;
  return erase ? undefined : expected?.rosterEmail;
}
