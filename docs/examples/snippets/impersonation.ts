import { currentUser, optionalUser } from 'clerk-dynamodb-sync/request';
import type { AuthorizedEvent } from 'clerk-dynamodb-sync/request';

export const handler = async (event: AuthorizedEvent) => {
  const user = currentUser(event); // RequestUser; throws where the route has no authorizer
  return { hello: user.firstName, impersonatedBy: user.actor?.sub };
};

export const publicHandler = async (event: AuthorizedEvent) => ({
  hello: optionalUser(event)?.firstName ?? 'stranger',
});
