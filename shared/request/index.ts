/** For functions behind the authorizer: who is signed in. */
export { currentUser, optionalUser } from './current-user.ts';
export type { AuthorizedEvent } from './current-user.ts';
export type { RequestUser } from './request-user.ts';
