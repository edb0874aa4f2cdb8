import { currentUser } from 'clerk-dynamodb-sync/request';
import type { AuthorizedEvent, RequestUser } from 'clerk-dynamodb-sync/request';

/** A function that somebody else wrote: it answers whose orders these are. */
export function handler(event: AuthorizedEvent): Promise<object> {
  const user: RequestUser = currentUser(event);
  // @ts-expect-error: a user has no such field
  const unknown: unknown = user.telephone;
  return Promise.resolve({ orders: [], of: user.email, synced: user.synced, unknown: unknown ?? null });
}
