import { verifyToken } from '@clerk/backend';
import { describe, expect, it } from 'vitest';
import { checkSignature } from '../../../shared/adapters/clerk/token-signature.ts';
import { attackTokens } from '../../support/clerk/attack-tokens.ts';
import { generateKeys, ISSUER, PARTY, payload, signToken } from './support/tokens.ts';

const ours = generateKeys();
const keys = { current: () => Promise.resolve([ours.publicKey]), reread: () => Promise.resolve([ours.publicKey]) };
const attacks = attackTokens({ keys: ours, issuer: ISSUER, party: PARTY, kid: 'ins_key1' });
const SKEW_MS = 5_000;

/** What only `decodeToken` refuses, before a signature is looked at; the attack suite shows that it does. */
const MACHINES = "a machine's";

const judgedByClerk = (token: string): Promise<boolean> =>
  verifyToken(token, { jwtKey: ours.publicKey, clockSkewInMs: SKEW_MS }).then(
    () => true,
    () => false,
  );

describe("a token's signature", () => {
  it.each(attacks.filter(({ name }) => name !== MACHINES))(
    "is judged as by Clerk's own verifyToken: $reason: $name",
    async ({ token }) => {
      expect((await checkSignature(token, keys, SKEW_MS)).ok).toBe(await judgedByClerk(token));
    },
  );

  it('of a machine is what verifyToken alone refuses, of all that may be wrong', async () => {
    const [machine] = attacks.filter(({ name }) => name === MACHINES);
    expect(await judgedByClerk(machine!.token)).toBe(false);
    expect(machine!.reason).toBe('token-type');
  });

  it('of a good token holds for both', async () => {
    const token = signToken(ours, payload());
    expect(await judgedByClerk(token)).toBe(true);
    expect(await checkSignature(token, keys, SKEW_MS)).toEqual({ ok: true, key: ours.publicKey });
  });
});
