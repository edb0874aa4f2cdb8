import type { JsonObject } from '../../shared/domain/json.ts';
import type { RequestUser } from '../../shared/request/request-user.ts';

/**
 * API Gateway's quota for an authorizer's answer is 8 KB (`L-20859C74`, not adjustable): above it every request of the user
 * would fail with 500. Clerk's public metadata alone may have 8 KB, and what an application keeps in `app` has no limit.
 */
const LARGEST_ANSWER_BYTES = 8_000;

/**
 * Builds an answer about a user that API Gateway takes, without what is too large for it: `omitted` then names what is not the
 * whole truth. `app` goes first, whatever its size: the user can make it as large as she likes, and must not push off the
 * request what others have said of her in `publicMetadata`. That goes only where it would not fit alone.
 *
 * @param build the answer, made of the user that it is given
 */
export function fitting<Answer>(user: RequestUser, build: (user: RequestUser) => Answer): Answer {
  const whole = build(user);
  if (fits(whole)) return whole;
  const withoutApp = build({ ...user, app: NOTHING, omitted: ['app'] });
  if (fits(withoutApp)) return withoutApp;
  const withoutMetadata = build({ ...user, publicMetadata: NOTHING, omitted: ['publicMetadata'] });
  if (fits(withoutMetadata)) return withoutMetadata;
  return build({ ...user, app: NOTHING, publicMetadata: NOTHING, omitted: ['app', 'publicMetadata'] });
}

const NOTHING: JsonObject = {};

function fits(answer: unknown): boolean {
  return Buffer.byteLength(JSON.stringify(answer)) <= LARGEST_ANSWER_BYTES;
}
