import * as z from 'zod/mini';

/** What `POST /users/sync` takes: nothing. Only Clerk says who a user is. */
export const syncRequestSchema = z.strictObject({});
