/** An application's function on a public route: who is visiting, if anybody says. */
import { optionalUser } from '../../../../shared/request/current-user.ts';
import type { AuthorizedEvent } from '../../../../shared/request/current-user.ts';

export const handler = async (event: AuthorizedEvent): Promise<object> => ({
  statusCode: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ visitor: optionalUser(event) ?? null }),
});
