import * as fc from 'fast-check';
import { usersRoutes } from '../../../functions/users/routes.ts';
import { routed } from '../../../functions/http/router.ts';
import type { HttpEvent } from '../../../functions/http/event.ts';
import { storeFromClerk, ID } from '../functions/authorizer.ts';
import { createParts } from '../functions/parts.ts';
import { distorted, hostileJson, hostileText, hostileValue } from './hostile.ts';
import { judgeAnswer } from './told.ts';

const EXAMPLE = {
  app: { bio: 'Hello', location: { city: 'Bergen', at: [60.4, 5.3] }, followers: 7, bannerImage: null },
};

/** A request's body and what it says of itself, as a client may send it. */
export interface SentBody {
  readonly body: string | undefined;
  readonly type: string | undefined;
  readonly isBase64Encoded: boolean;
  readonly mislabelled: boolean;
}

export const sentBody = (bodies: fc.Arbitrary<string>): fc.Arbitrary<SentBody> =>
  fc.record({
    body: fc.option(bodies, { nil: undefined, freq: 15 }),
    type: fc.oneof(
      {
        weight: 8,
        arbitrary: fc.constantFrom(
          'application/json',
          'application/json; charset=utf-8',
          'application/merge-patch+json',
        ),
      },
      { weight: 1, arbitrary: fc.option(hostileText, { nil: undefined }) },
    ),
    isBase64Encoded: fc.boolean(),
    // Nearly always the flag tells the truth: API Gateway sets it.
    mislabelled: fc.nat(9).map((draw) => draw === 0),
  });

export function bodyParts({
  body,
  type,
  isBase64Encoded,
  mislabelled,
}: SentBody): Pick<HttpEvent, 'headers' | 'body' | 'isBase64Encoded'> {
  const inEvent = isBase64Encoded && !mislabelled ? Buffer.from(body ?? '').toString('base64') : body;
  return { headers: type === undefined ? {} : { 'Content-Type': type }, body: inEvent, isBase64Encoded };
}

export const requests = fc.record({
  routeKey: fc.constantFrom(
    'PATCH /users/me',
    'PATCH /users/me',
    'PATCH /users/me',
    'GET /users/me',
    'POST /users/sync',
    'DELETE /users/me',
  ),
  sent: sentBody(
    fc.oneof(
      { weight: 6, arbitrary: distorted(EXAMPLE).map(hostileJson) },
      { weight: 2, arbitrary: hostileValue.map((app) => hostileJson({ app })) },
      { weight: 1, arbitrary: hostileValue.map(hostileJson) },
      { weight: 1, arbitrary: hostileText },
    ),
  ),
});

export interface UsersRequest {
  readonly routeKey: string;
  readonly sent: SentBody;
}

/** A signed-in user's request is answered as documented; one that is refused changes nothing. */
export async function usersRequestHolds({ routeKey, sent }: UsersRequest): Promise<string> {
  const parts = createParts();
  await storeFromClerk(parts);
  const before = JSON.stringify(parts.memory.users());
  const event: HttpEvent = {
    routeKey,
    ...bodyParts(sent),
    requestContext: { authorizer: { lambda: { user: { id: ID, synced: true } } } },
  };
  const answer = await routed(usersRoutes(parts))(event);
  judgeAnswer(answer, parts.log);
  const after = parts.memory.users();
  if ((answer.statusCode ?? 200) >= 400 && JSON.stringify(after) !== before)
    throw new Error('What was refused has changed something.');
  const [user] = after;
  if (after.length !== 1 || user?.profile.content.email !== `${ID}@example.com`)
    throw new Error('More than the attributes has changed.');
  return `${routeKey.split(' ')[0]} ${answer.statusCode}`;
}
