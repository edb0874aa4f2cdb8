import type { JsonObject } from '../../shared/domain/json.ts';
import type { RequestUser } from '../../shared/request/request-user.ts';

/**
 * API Gateway's quota for an authorizer's answer is 8 KB (`L-20859C74`, not adjustable): above it every request of the user
 * would fail with 500. Clerk's public metadata alone may have 8 KB, and what an application keeps in `app` has no limit.
 */
const LARGEST_ANSWER_BYTES = 8_000;

/**
 * Builds an answer about a user that API Gateway takes: without her largest map, or without both, where she is too large.
 * `omitted` then names what is not the whole truth.
 *
 * @param build the answer, made of the user that it is given
 */
export function fitting<Answer>(user: RequestUser, build: (user: RequestUser) => Answer): Answer {
  const whole = build(user);
  if (fits(whole)) return whole;
  const larger = bytesOf(user.app) >= bytesOf(user.publicMetadata) ? 'app' : 'publicMetadata';
  const smaller = build({ ...user, [larger]: NOTHING, omitted: [larger] });
  if (fits(smaller)) return smaller;
  return build({ ...user, app: NOTHING, publicMetadata: NOTHING, omitted: ['app', 'publicMetadata'] });
}

const NOTHING: JsonObject = {};

function fits(answer: unknown): boolean {
  return bytesOf(answer) <= LARGEST_ANSWER_BYTES;
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
