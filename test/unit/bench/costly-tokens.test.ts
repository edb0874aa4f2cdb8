import { describe, expect, it } from 'vitest';
import { createTokenVerifier } from '../../../shared/adapters/clerk/token-verifier.ts';
import { costlyTokens, ROOM_FOR_CLAIMS } from '../../support/clerk/costly-tokens.ts';
import { generateKeys, ISSUER, PARTY, payload, signToken } from '../clerk/support/tokens.ts';

const ours = generateKeys();
const keys = [ours.publicKey];
const verifier = createTokenVerifier({
  keys: { current: () => Promise.resolve(keys), reread: () => Promise.resolve(keys) },
  issuer: ISSUER,
  authorizedParties: [PARTY],
  missingAzp: 'deny',
  clock: { now: () => Date.now() },
});
const attacks = costlyTokens(generateKeys());

describe('tokens that take long to read', () => {
  it.each(attacks.map(({ name, token }) => [name, token]))('are refused: %s', async (name, token) => {
    expect(await verifier.verify(token)).toEqual({
      ok: false,
      reason: name.includes('nested') ? 'malformed' : 'signature',
    });
  });

  it('are made from a payload that is accepted where nothing is wrong with it', async () => {
    expect(await verifier.verify(signToken(ours, payload()))).toMatchObject({ ok: true });
  });

  it('are full where they say so, and not too full: another token of that length is read and accepted', async () => {
    const honest = signToken(ours, payload({ filler: 'x'.repeat(ROOM_FOR_CLAIMS) }));
    const longer = signToken(ours, payload({ filler: 'x'.repeat(ROOM_FOR_CLAIMS + 400) }));
    expect(await verifier.verify(honest)).toMatchObject({ ok: true });
    expect(await verifier.verify(longer)).toMatchObject({ ok: false });
    for (const { token } of attacks) expect(Math.abs(token.length - honest.length)).toBeLessThan(100);
  });
});
