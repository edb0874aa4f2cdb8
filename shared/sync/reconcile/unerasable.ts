import type { Log } from '../../ports/log.ts';
import { MalformedItem } from '../../ports/malformed-item.ts';
import { UnstorableUser } from '../../ports/user-store.ts';

/**
 * Says of whom an item does not let itself be erased: every run says it again until somebody mends the item by hand, and goes on
 * with everybody else.
 *
 * @throws any other error
 */
export function logUnerasable({ log }: { readonly log: Log }, userId: string, error: unknown): void {
  // The message of a malformed item names it by its key, which for a reservation is somebody's address.
  if (error instanceof MalformedItem) log.error('user not erased', { userId, attribute: error.attribute });
  else if (error instanceof UnstorableUser) log.error('user not erased', { userId, reason: error.message });
  else throw error;
}
