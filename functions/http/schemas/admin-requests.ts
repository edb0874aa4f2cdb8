import * as z from 'zod/mini';
import { jsonValue } from './json-value.ts';

/** What `POST /admin/users/{id}/erase` takes. */
export const eraseRequestSchema = z.strictObject({
  evenIfClerkHas: z.optional(
    z.boolean().check(z.describe('Erases also a user whom Clerk still has; no event and no run brings her back.')),
  ),
});

/** What `PUT /admin/roster/{email}` takes: the address stands in the path. */
export const rosterEntryRequestSchema = z.strictObject({
  cohort: z.optional(z.string()),
  attributes: z.optional(z.record(z.string(), jsonValue)),
});

/** What `POST /admin/roster/{email}/link` takes. */
export const linkRequestSchema = z.strictObject({
  userId: z.string().check(z.refine((id) => /^user_\w{1,100}$/.test(id), 'must be the id of a user, user_…')),
});

/** Of a route that takes nothing. */
export const emptyRequestSchema = z.strictObject({});
