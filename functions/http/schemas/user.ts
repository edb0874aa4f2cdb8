import * as z from 'zod/mini';
import type { RequestUser } from '../../../shared/request/request-user.ts';
import { jsonValue } from './json-value.ts';

const text = z.nullable(z.string());

/** ISO 8601 in UTC, with milliseconds. */
const time = z.nullable(
  z.string().check(z.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/), z.meta({ format: 'date-time' })),
);

const object = z.record(z.string(), jsonValue);

const described = <T extends z.ZodMiniType>(schema: T, description: string): T => schema.check(z.describe(description));

const fields = {
  id: described(z.string(), "Clerk's id of the user."),
  email: described(text, 'The primary address as Clerk has it, verified or not.'),
  emailVerified: described(z.boolean(), 'Whether Clerk has verified the address in `email`.'),
  firstName: text,
  lastName: text,
  imageUrl: text,
  username: described(
    text,
    "Clerk's, or one that was derived from the email or the id; null until Clerk has told of the user.",
  ),
  externalId: text,
  verifiedEmail: described(text, 'The primary address, normalised, if Clerk has verified it.'),
  banned: z.boolean(),
  deprovisioned: z.boolean(),
  locked: described(z.boolean(), 'Temporarily, by Clerk; no reason for a refusal.'),
  publicMetadata: described(object, "Clerk's public metadata."),
  clerkCreatedAt: described(time, 'When Clerk created the user; null until it has told.'),
  createdAt: described(time, 'When the mirror first wrote the user; null while it could not.'),
  updatedAt: described(time, 'When the synchronisation last wrote the user; a change of `app` alone leaves it.'),
  app: described(object, "The application's own attributes."),
  synced: described(z.boolean(), 'False where this is what the token says, and not what the mirror has.'),
  actor: z.exactOptional(
    described(z.object({ sub: z.string() }), 'Who acts for the user in this request; absent where she does herself.'),
  ),
  omitted: z.exactOptional(
    described(
      z.array(z.enum(['app', 'publicMetadata'])),
      'Which of these were too large for the request, and are empty here. Never from `/users/…`.',
    ),
  ),
} satisfies Record<keyof RequestUser, z.ZodMiniType>;

/** The user of a request: `RequestUser`, which says more of each field. */
export const userSchema = z.object(fields) satisfies z.ZodMiniType<RequestUser>;
