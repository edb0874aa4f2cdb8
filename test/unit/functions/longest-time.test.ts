import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AuthorizerDependencies } from '../../../functions/authorizer/dependencies.ts';
import type { LambdaAuthorizer } from '../../../infra/local/cloud/http-api/authorizer.ts';
import { applySnapshot } from '../../../shared/sync/apply-snapshot.ts';
import { CLAIMS, ID, storeFromClerk } from '../../support/functions/authorizer.ts';
import { localGateway, requestWith } from '../../support/functions/local-gateway.ts';
import type { Parts } from '../../support/functions/parts.ts';
import { createParts, directoryUser, NOW, record } from '../../support/functions/parts.ts';
import { generateKeys, payload, signToken } from '../clerk/support/tokens.ts';

/**
 * For how long a banned user can still come in, played out with the real verifier and the local cloud's imitation of API
 * Gateway and its cache. Clerk ends a banned user's sessions: the last token that she has may have been made as she was banned.
 */
const TOKEN_LIFE_S = 60;
const SKEW_S = 5;
const CACHE_S = 30;

const keys = generateKeys();
let parts: Parts;
let ban: Promise<unknown> | undefined;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
  parts = createParts();
  await storeFromClerk(parts);
  ban = undefined;
});
afterEach(() => vi.useRealTimers());

const gateway = (ttlSeconds: number, over: Partial<AuthorizerDependencies> = {}) =>
  localGateway(parts, keys, { ttlSeconds, over });

/** Says in the table that she is banned, as her webhook does. */
function storeBan(): Promise<unknown> {
  const user = directoryUser(ID, { asOf: NOW + 1, record: record(CLAIMS.email, { banned: true }) });
  const event = { source: 'event', ...user, seenAt: NOW + 1_000 } as const;
  return applySnapshot(parts, event, { path: 'webhook', budgetMs: 1_000 });
}

/**
 * Asks ten times a second with a token that was made at the moment of the ban.
 *
 * @returns after how many seconds she was let in as herself for the last time
 */
async function lastLetIn(authorizer: LambdaAuthorizer, firstAt: number, storedAt = Number.POSITIVE_INFINITY) {
  const made = {
    iat: NOW / 1_000,
    nbf: NOW / 1_000,
    exp: NOW / 1_000 + TOKEN_LIFE_S,
    ...CLAIMS,
    updatedAt: NOW - 60_500,
  };
  const called = requestWith(signToken(keys, payload({ ...made, sub: ID })));
  let last = -1;
  for (let tenths = Math.round(firstAt * 10); tenths < 1_500; tenths += 1) {
    vi.setSystemTime(NOW + tenths * 100);
    if (tenths >= storedAt * 10) await (ban ??= storeBan());
    const authorization = await authorizer.authorize(called);
    // As herself: a public route lets a request in all the same, as nobody's.
    if ('added' in authorization && 'user' in authorization.added.context) last = tenths / 10;
  }
  return last;
}

const offsets = Array.from({ length: 13 }, (_, n) => n * 2.5 - 0.1).filter((offset) => offset >= 0);

describe('When the webhook of a ban is lost', () => {
  it('the last token that the user has is good for its life, the tolerance of clocks and the cache, and no longer', async () => {
    const bound = TOKEN_LIFE_S + SKEW_S + CACHE_S;
    const lasts = [];
    for (const offset of offsets) lasts.push(await lastLetIn(gateway(CACHE_S), offset));
    expect(Math.max(...lasts)).toBeLessThan(bound);
    // No less either: what is stated is what can happen.
    expect(Math.max(...lasts)).toBeGreaterThanOrEqual(bound - 0.2);
  });

  it.each(['verify-only', 'optional', 'syncing'] as const)(
    'an authorizer (%s) that is not cached ends it with the token',
    async (variant) => {
      const last = await lastLetIn(gateway(0, { variant }), 0);
      expect(last).toBeLessThan(TOKEN_LIFE_S + SKEW_S);
      expect(last).toBeGreaterThanOrEqual(TOKEN_LIFE_S + SKEW_S - 0.2);
    },
  );
});

describe('When the webhook of a ban is delivered and written after 2 seconds', () => {
  const STORED_AT = 2;

  it('the user is let in until then, and for what is left of the cache', async () => {
    const bound = STORED_AT + CACHE_S;
    const lasts = [];
    for (const offset of [0, 0.5, 1, 1.5, 1.9]) {
      ban = undefined;
      parts = createParts();
      await storeFromClerk(parts);
      lasts.push(await lastLetIn(gateway(CACHE_S), offset, STORED_AT));
    }
    expect(Math.max(...lasts)).toBeLessThan(bound);
    expect(Math.max(...lasts)).toBeGreaterThanOrEqual(bound - 0.2);
  });

  it.each(['verify-only', 'optional', 'syncing'] as const)(
    'an authorizer (%s) that is not cached refuses her from that moment',
    async (variant) => {
      const last = await lastLetIn(gateway(0, { variant }), 0, STORED_AT);
      expect(last).toBeLessThan(STORED_AT);
      expect(last).toBeGreaterThanOrEqual(STORED_AT - 0.2);
    },
  );
});
