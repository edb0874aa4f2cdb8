import { verifyToken } from '@clerk/backend';
import { describe, expect, it } from 'vitest';
import { generateKeys, payload, signToken } from '../unit/clerk/support/tokens.ts';
import type { Gate } from './parties/authorizer.ts';
import { CACHE_MS, GatewayCache } from './parties/gateway.ts';
import { Scheduler } from './world/scheduler.ts';
import { verifyEachSignatureOnce } from './world/signatures.ts';
import { Vault } from './world/vault.ts';
import { drawsOf } from './draws.ts';

verifyEachSignatureOnce();

describe('A signature that is verified once', () => {
  const [ours, theirs] = [generateKeys(), generateKeys()];
  const isAccepted = (text: string, jwtKey = ours.publicKey): Promise<boolean> =>
    verifyToken(text, { jwtKey }).then(
      () => true,
      () => false,
    );

  it('is good each time for the key that made it, and for no other', async () => {
    const text = signToken(ours, payload());
    expect([await isAccepted(text), await isAccepted(text)]).toEqual([true, true]);
    expect(await isAccepted(text, theirs.publicKey)).toBe(false);
    expect(await isAccepted(signToken(theirs, payload()))).toBe(false);
  });

  it('is not good for another text, also after it was for its own', async () => {
    const [head, , signature] = signToken(ours, payload()).split('.');
    const [, forged] = signToken(theirs, payload({ sub: 'user_mallory' })).split('.');
    expect(await isAccepted(`${head}.${forged}.${signature}`)).toBe(false);
  });
});

describe("API Gateway's cache of the authorizer", () => {
  const answering = (verdict: '401' | '403') => {
    let now = 0;
    let asked = 0;
    const cache = new GatewayCache(() => now, CACHE_MS);
    const authorizer = (): Promise<Gate> => {
      asked += 1;
      return Promise.resolve({ verdict });
    };
    const askAt = async (time: number, key = 'a'): Promise<number> => {
      now = time;
      await cache.ask(key, authorizer);
      return asked;
    };
    return askAt;
  };

  it('gives an answer again for half a minute, to the same token', async () => {
    const askAt = answering('403');
    expect(await askAt(0)).toBe(1);
    expect(await askAt(CACHE_MS - 1)).toBe(1);
    expect(await askAt(CACHE_MS - 1, 'b')).toBe(2);
    expect(await askAt(CACHE_MS)).toBe(3);
  });

  it('keeps no thrown answer', async () => {
    const askAt = answering('401');
    await askAt(0);
    expect(await askAt(1)).toBe(2);
  });
});

describe('The vault', () => {
  it('has the new secret and the old one for a while, and then the new one', async () => {
    const scheduler = new Scheduler(0);
    const vault = new Vault(scheduler);
    const read = async (): Promise<unknown> => {
      const reading = vault.source.read(new AbortController().signal);
      await scheduler.play(scheduler.now + 1);
      return (await reading).values.webhookSecrets;
    };
    const old = vault.webhookSecret;
    vault.rotateSecret(drawsOf(1, 'rotation'));
    await scheduler.play(60_000);
    expect(await read()).toEqual(expect.arrayContaining([old, vault.webhookSecret]));
    await scheduler.play(4 * 3_600_000);
    expect(await read()).toContain(vault.webhookSecret);
    expect(await read()).not.toContain(old);
    expect(vault.termsOf(old)).toMatchObject([{ from: 0 }]);
  });
});
