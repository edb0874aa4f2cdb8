import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { answerTo } from '../../../functions/authorizer/answer.ts';
import { httpEvent, requestEvent, tokenEvent } from '../../support/functions/authorizer-events.ts';
import { CLAIMS, ID, storeFromClerk } from '../../support/functions/authorizer.ts';
import { localGateway, requestWith } from '../../support/functions/local-gateway.ts';
import type { Parts } from '../../support/functions/parts.ts';
import { createParts, NOW } from '../../support/functions/parts.ts';
import { generateKeys, payload, signToken } from '../clerk/support/tokens.ts';

const CACHE_S = 30;

const keys = generateKeys();
let parts: Parts;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
  parts = createParts();
  await storeFromClerk(parts);
});
afterEach(() => vi.useRealTimers());

const request = () => requestWith(signToken(keys, payload({ ...CLAIMS, sub: ID, updatedAt: NOW - 60_500 })));
const SERVER_ERROR = { refusal: { status: 500 } };

describe('When the table is out of reach for a moment and the deployment denies', () => {
  it('requests fail for that moment, and not for as long as API Gateway repeats an answer', async () => {
    const gateway = localGateway(parts, keys, { ttlSeconds: CACHE_S, over: { onStoreFailure: 'deny' } });
    const called = request();
    parts.down.store = true;
    expect(await gateway.authorize(called)).toMatchObject(SERVER_ERROR);
    expect(await gateway.authorize(called)).toMatchObject(SERVER_ERROR);
    parts.down.store = false;
    vi.setSystemTime(NOW + 1_000);
    expect(await gateway.authorize(called)).toMatchObject({ added: { context: { user: { id: ID, synced: true } } } });
  });

  it('what was answered before is repeated meanwhile', async () => {
    const gateway = localGateway(parts, keys, { ttlSeconds: CACHE_S, over: { onStoreFailure: 'deny' } });
    const called = request();
    await gateway.authorize(called);
    parts.down.store = true;
    vi.setSystemTime(NOW + (CACHE_S - 1) * 1_000);
    expect(await gateway.authorize(called)).toMatchObject({ added: { context: { user: { id: ID } } } });
  });

  it.each([
    ['payload 2.0', httpEvent({})],
    ['a REQUEST event', requestEvent({})],
    ['a TOKEN event', tokenEvent('Bearer x')],
  ])('the answer to %s is an error, which API Gateway takes for 500 and keeps for nobody', (_kind, event) => {
    expect(() => answerTo(event, { verdict: 'unavailable' })).toThrow(/^The table cannot be reached$/);
  });
});

describe('What API Gateway repeats until the cached answer ends', () => {
  it("is also the token's word for a user, where the deployment allows that", async () => {
    const gateway = localGateway(parts, keys, { ttlSeconds: CACHE_S });
    const called = request();
    parts.down.store = true;
    await gateway.authorize(called);
    parts.down.store = false;
    vi.setSystemTime(NOW + (CACHE_S - 1) * 1_000);
    expect(await gateway.authorize(called)).toMatchObject({ added: { context: { user: { synced: false } } } });
    vi.setSystemTime(NOW + CACHE_S * 1_000);
    expect(await gateway.authorize(called)).toMatchObject({ added: { context: { user: { synced: true } } } });
  });
});
