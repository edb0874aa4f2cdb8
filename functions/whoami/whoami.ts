import type { AuthorizedEvent } from '../../shared/request/current-user.ts';
import { currentUser } from '../../shared/request/current-user.ts';
import type { RequestUser } from '../../shared/request/request-user.ts';

/** The smallest consumer of the authorizer: answers the user of the request. */
export function whoami(event: AuthorizedEvent): RequestUser {
  return currentUser(event);
}
