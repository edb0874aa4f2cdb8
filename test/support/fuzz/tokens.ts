import * as fc from 'fast-check';
import { answerTo } from '../../../functions/authorizer/answer.ts';
import { authorize } from '../../../functions/authorizer/authorize.ts';
import type { AuthorizerEvent } from '../../../functions/authorizer/events.ts';
import { requestToken } from '../../../functions/authorizer/request-token.ts';
import { UNAUTHORIZED } from '../../../functions/authorizer/thrown-answers.ts';
import { createTokenVerifier } from '../../../shared/adapters/clerk/token-verifier.ts';
import type { TokenVerifier } from '../../../shared/ports/token-verifier.ts';
import { encode, generateKeys, ISSUER, PARTY, payload, signToken } from '../../unit/clerk/support/tokens.ts';
import { authorizerOf } from '../functions/authorizer.ts';
import { httpEvent, requestEvent, tokenEvent } from '../functions/authorizer-events.ts';
import { createParts } from '../functions/parts.ts';
import { CANARY, distorted, hostileJson, hostileText, hostileValue } from './hostile.ts';

const KEYS = generateKeys();
const HEADER = { alg: 'RS256', kid: 'ins_key1', typ: 'JWT' };

/** What Clerk would sign where a team's template says anything at all: right by its signature, odd by what it says. */
export const signedTokens: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constant(0).chain(() => distorted(claims()).map((odd) => signToken(KEYS, hostileJson(odd), HEADER))),
  },
  { weight: 2, arbitrary: distorted(HEADER).map((header) => signToken(KEYS, claims(), hostileJson(header))) },
  { weight: 1, arbitrary: hostileValue.map((odd) => signToken(KEYS, hostileJson(odd), HEADER)) },
);

const GOOD = signToken(KEYS, claims(), HEADER);
const [HEAD = '', BODY = '', SIGNATURE = ''] = GOOD.split('.');
const OTHER = signToken(generateKeys(), claims(), HEADER);

function claims(): Record<string, unknown> {
  return payload({
    act: { sub: 'user_admin' },
    publicMetadata: { plan: 'pro' },
    exp: Math.floor(Date.now() / 1_000) + 3_000,
  });
}

/** Anything but the one text that Clerk has signed. */
export const forgedTokens: fc.Arbitrary<string> = fc
  .oneof(
    fc
      .tuple(
        fc.nat(GOOD.length - 1),
        fc.constantFrom('A', 'B', 'a', '0', '-', '_', '.', '+', '/', '=', ' ', '\u00E4', '\u{1F984}'),
      )
      .map(([at, other]) => GOOD.slice(0, at) + other + GOOD.slice(at + 1)),
    fc.tuple(fc.nat(GOOD.length), fc.nat(GOOD.length)).map(([from, to]) => GOOD.slice(0, from) + GOOD.slice(to)),
    fc
      .array(fc.constantFrom(HEAD, BODY, SIGNATURE, '', encode('{"alg":"none"}'), encode(CANARY), OTHER), {
        maxLength: 6,
      })
      .map((parts) => parts.join('.')),
    distorted(claims()).map((odd) => `${HEAD}.${encode(hostileJson(odd))}.${SIGNATURE}`),
    distorted(HEADER).map((odd) => `${encode(hostileJson(odd))}.${BODY}.${SIGNATURE}`),
    fc.constantFrom(
      '.'.repeat(16_000),
      'A'.repeat(100_000),
      `${GOOD}${'='.repeat(3)}`,
      `${GOOD}\n`,
      `${GOOD}, ${GOOD}`,
      `${GOOD} ${GOOD}`,
    ),
    hostileText,
  )
  .filter((text) => text !== GOOD);

/** How API Gateway may hand a token on: every kind of event, spellings, several headers, cookies. */
export const envelopes: fc.Arbitrary<(token: string) => AuthorizerEvent> = fc.constantFrom<
  (token: string) => AuthorizerEvent
>(
  (token) => httpEvent({ headers: { authorization: `Bearer ${token}` } }),
  (token) => httpEvent({ headers: { Authorization: `bEARER ${token}` } }),
  (token) => httpEvent({ headers: { authorization: `Bearer ${token}`, AUTHORIZATION: `Bearer ${OTHER}` } }),
  (token) => httpEvent({ headers: { cookie: `__session=${token}` }, cookies: [`__session=${token}`, '__session='] }),
  (token) => httpEvent({ headers: { authorization: token }, cookies: ['', '=', token, `__session=${token}`] }),
  (token) => requestEvent({ Authorization: [`Bearer ${token}`] }),
  (token) =>
    requestEvent({ authorization: [`Bearer ${OTHER}`, `Bearer ${token}`], Cookie: [`a=b; __session=${token}; c`] }),
  (token) => requestEvent({ Cookie: [`__session=${token}`, '__session=x'] }),
  (token) => tokenEvent(`Bearer ${token}`),
  (token) => tokenEvent(token),
);

type Verdict = 'allowed' | 'forbidden' | 'unauthorized';

interface Asked {
  readonly token: string;
  readonly event: (token: string) => AuthorizerEvent;
  readonly from: 'header' | 'cookie' | 'both';
}

export const asked = (token: fc.Arbitrary<string>): fc.Arbitrary<Asked> =>
  fc.record({ token, event: envelopes, from: fc.constantFrom('header', 'both', 'both', 'cookie') });

async function ask(
  { token, event, from }: Asked,
  plant?: TokenVerifier,
): Promise<{ verdict: Verdict; writes: number }> {
  const parts = createParts();
  const keys = { current: () => Promise.resolve([KEYS.publicKey]), reread: () => Promise.resolve([KEYS.publicKey]) };
  const clock = { now: () => Date.now() };
  const verifier =
    plant ?? createTokenVerifier({ issuer: ISSUER, authorizedParties: [PARTY], missingAzp: 'deny', keys, clock });
  const request = event(token);
  const deps = authorizerOf(parts, { verifier, clock });
  let verdict: Verdict;
  try {
    const answer = answerTo(request, await authorize(requestToken(request, from), deps));
    if (Buffer.byteLength(JSON.stringify(answer)) > 8_000) throw new Error('API Gateway would not take the answer.');
    verdict = isAllowed(answer) ? 'allowed' : 'forbidden';
  } catch (error) {
    if (error !== UNAUTHORIZED) throw error;
    verdict = 'unauthorized';
  }
  if (JSON.stringify([parts.log.lines, parts.metrics.recorded()]).includes(CANARY))
    throw new Error('The log says what was sent.');
  return { verdict, writes: parts.calls.write };
}

function isAllowed(answer: ReturnType<typeof answerTo>): boolean {
  if ('isAuthorized' in answer) return answer.isAuthorized;
  return answer.policyDocument.Statement.every(({ Effect }) => Effect === 'Allow');
}

/** A token that Clerk has not signed lets nobody in, and is not even looked up. */
export async function forgedTokenHolds(input: Asked, plant?: TokenVerifier): Promise<string> {
  const token = requestToken(input.event(input.token), input.from);
  // Blanks around a cookie are not part of it.
  if (token === GOOD) return 'good after all';
  const { verdict, writes } = await ask(input, plant);
  if (verdict !== 'unauthorized' || writes > 0) throw new Error(`It was ${verdict}, with ${writes} writes.`);
  return token === undefined ? 'no token' : verdict;
}

/** One that Clerk has signed is allowed or refused, and what is refused leaves nothing behind. */
export async function signedTokenHolds(input: Asked): Promise<string> {
  const { verdict, writes } = await ask(input);
  if (verdict === 'unauthorized' && writes > 0) throw new Error(`It was refused, after ${writes} writes.`);
  return verdict;
}
