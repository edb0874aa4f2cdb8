import * as z from 'zod/mini';
import { jsonValue } from './json-value.ts';

/** Each takes a clause of one DynamoDB expression, which holds 4 KB. */
const MOST_ATTRIBUTES = 64;

/** A name that begins with `_` is the application's alone: what it keeps there no client sets, and none removes. */
const attributeName = z.string().check(z.regex(/^[A-Za-z][A-Za-z0-9_]{0,63}$/));

/**
 * What `PATCH /users/me` takes. Whatever stands in `app` is the application's: an `email` there is an attribute of that name,
 * and has nothing to do with the user's address.
 */
export const appPatchSchema = z.strictObject({
  app: z.record(attributeName, jsonValue).check(
    z.refine((app) => Object.keys(app).length <= MOST_ATTRIBUTES, `has more than ${MOST_ATTRIBUTES} members`),
    z.meta({
      maxProperties: MOST_ATTRIBUTES,
      description:
        'A JSON merge patch (RFC 7396) of the attributes: objects are merged, null removes. Attributes whose names begin with ' +
        '`_` are the application’s alone, and refused.',
    }),
  ),
});
