import { describe, expect, it, vi } from 'vitest';
import { decodeToken } from '../../../shared/adapters/clerk/token-format.ts';
import { createTokenVerifier } from '../../../shared/adapters/clerk/token-verifier.ts';
import type { TokenVerifierOptions } from '../../../shared/adapters/clerk/token-verifier.ts';
import type { TokenRefusal, TokenVerifier } from '../../../shared/ports/token-verifier.ts';
import { attackTokens } from '../../support/clerk/attack-tokens.ts';
import { generateKeys, ISSUER, PARTY, payload, signToken } from './support/tokens.ts';

const ours = generateKeys();
const foreign = generateKeys();

/** A provider that counts what it is asked for. */
function keysOf(first: readonly string[], afterReread: readonly string[] = first) {
  const asked = { current: 0, reread: 0 };
  let keys = first;
  return {
    asked,
    current: () => {
      asked.current += 1;
      return Promise.resolve(keys);
    },
    reread: () => {
      asked.reread += 1;
      keys = afterReread;
      return Promise.resolve(keys);
    },
  };
}

function verifierWith(options: Partial<TokenVerifierOptions> = {}) {
  return createTokenVerifier({
    keys: keysOf([ours.publicKey]),
    issuer: ISSUER,
    authorizedParties: [PARTY, 'https://admin.example.com'],
    missingAzp: 'deny',
    clock: { now: () => Date.now() },
    ...options,
  });
}

const verify = (token: string, options: Partial<TokenVerifierOptions> = {}) => verifierWith(options).verify(token);
const refused = (reason: string) => ({ ok: false, reason });
const seconds = () => Math.floor(Date.now() / 1_000);

describe('a session token', () => {
  it('of ours is verified and read', async () => {
    const claims = payload();
    expect(await verify(signToken(ours, claims))).toEqual({
      ok: true,
      token: {
        userId: 'user_ada1',
        sessionId: 'sess_example1',
        expiresAt: Number(claims['exp']) * 1_000,
        snapshot: {
          source: 'token',
          id: 'user_ada1',
          asOf: 1_763_100_000_456,
          claims: {
            email: 'ada@example.com',
            firstName: 'Ada',
            lastName: null,
            imageUrl: 'https://img.example.com/ada.png',
          },
        },
      },
    });
  });

  it('may be of any authorized party', async () => {
    const token = signToken(ours, payload({ azp: 'https://admin.example.com' }));
    expect(await verify(token)).toMatchObject({ ok: true });
  });

  it('may lack the header typ, the status and nbf', async () => {
    const token = signToken(ours, payload({ sts: undefined, nbf: undefined }), { alg: 'RS256' });
    expect(await verify(token)).toMatchObject({ ok: true });
  });
});

const attacks = attackTokens({ keys: ours, issuer: ISSUER, party: PARTY, kid: 'ins_key1' });

describe('the attack suite', () => {
  it.each(attacks)('$reason: $name', async ({ token, reason }) => {
    expect(await verify(token)).toEqual(refused(reason));
  });

  it('attacks every check: each reason to refuse a token is reached', () => {
    const reasons: Record<TokenRefusal, true> = {
      oversized: true,
      malformed: true,
      'duplicate-member': true,
      algorithm: true,
      'critical-header': true,
      'token-type': true,
      signature: true,
      time: true,
      expired: true,
      'not-yet-valid': true,
      lifetime: true,
      issuer: true,
      'authorized-party': true,
      audience: true,
      subject: true,
      session: true,
      pending: true,
      actor: true,
    };
    expect(new Set(attacks.map(({ reason }) => reason))).toEqual(new Set(Object.keys(reasons)));
  });

  it('finds the same verdict again for each of them, and nothing remembered', async () => {
    const verifier = verifierWith();
    for (const { token, reason } of [...attacks, ...attacks]) {
      expect(await verifier.verify(token)).toEqual(refused(reason));
    }
  });

  it('asks for no key where none could save the token', async () => {
    const keys = keysOf([ours.publicKey]);
    const verifier = verifierWith({ keys });
    for (const { token, reason } of attacks) if (reason !== 'signature') await verifier.verify(token);
    expect(keys.asked).toEqual({ current: 0, reread: 0 });
  });
});

describe('a token that is not worth decoding', () => {
  const good = signToken(ours, payload());
  const [head = '', body = ''] = good.split('.');

  it.each([
    ['dots and nothing else', '.'.repeat(16_383), 'malformed'],
    ['one part too many', `${good}.${body}`, 'malformed'],
    ['one part too few', `${head}.${body}`, 'malformed'],
    ['100 KB', `${good}${'a'.repeat(100_000)}`, 'oversized'],
  ])('is refused before anything of it is decoded: %s', (_name, token, reason) => {
    const from = vi.spyOn(Buffer, 'from');
    try {
      expect(decodeToken(token)).toEqual(refused(reason));
      expect(from).not.toHaveBeenCalled();
      expect(decodeToken(good)).toMatchObject({ ok: true });
      expect(from).toHaveBeenCalledTimes(3);
    } finally {
      from.mockRestore();
    }
  });

  it('is no such thing because a text in it looks like a member', async () => {
    const token = signToken(ours, payload({ firstName: '"sub": "x", \\"sub\\":' }));
    expect(await verify(token)).toMatchObject({ ok: true });
  });
});

describe('an actor', () => {
  it.each([
    [
      'is named where one acts for the user',
      { act: { iss: 'https://dashboard.clerk.com', sub: 'user_support' } },
      { sub: 'user_support' },
    ],
    ['is none where the claim is null', { act: null }, undefined],
    ['is none where there is no claim', {}, undefined],
  ])('%s', async (_name, claims, actor) => {
    const result = await verify(signToken(ours, payload(claims)));
    expect(result).toMatchObject({ ok: true });
    expect(result.ok && result.token.actor).toEqual(actor);
  });
});

describe("a token's claims", () => {
  it('may be off by as much as clocks differ', async () => {
    const late = signToken(ours, payload({ exp: seconds() - 2 }));
    const early = signToken(ours, payload({ iat: seconds() + 3, nbf: seconds() + 3 }));
    expect(await verify(late)).toMatchObject({ ok: true });
    expect(await verify(early)).toMatchObject({ ok: true });
    expect(await verify(late, { clockSkewMs: 0 })).toEqual(refused('expired'));
  });

  it('may lack a party where that is allowed, and may still not name another', async () => {
    const options = { missingAzp: 'allow', authorizedParties: [] } as const;
    expect(await verify(signToken(ours, payload({ azp: undefined })), options)).toMatchObject({ ok: true });
    expect(await verify(signToken(ours, payload()), options)).toEqual(refused('authorized-party'));
  });

  it('must name our audience where we have one', async () => {
    const options = { audience: ['https://api.example.com'] };
    const addressed = (aud: unknown) => verify(signToken(ours, payload({ aud })), options);
    expect(await addressed('https://api.example.com')).toMatchObject({ ok: true });
    expect(await addressed(['x', 'https://api.example.com'])).toMatchObject({ ok: true });
    expect(await addressed('x')).toEqual(refused('audience'));
    expect(await addressed(undefined)).toEqual(refused('audience'));
  });

  it('may lack a session only with an audience: tokens of a template have none', async () => {
    const template = { sid: undefined, sts: undefined, aud: 'https://api.example.com' };
    const result = await verify(signToken(ours, payload(template)), { audience: ['https://api.example.com'] });
    expect(result).toMatchObject({ ok: true, token: { userId: 'user_ada1', sessionId: undefined } });
    expect(await verify(signToken(ours, payload(template)))).toEqual(refused('session'));
    const odd = signToken(ours, payload({ ...template, sid: null }));
    expect(await verify(odd, { audience: ['https://api.example.com'] })).toEqual(refused('session'));
  });

  it("are judged by our clock as well as by the machine's", async () => {
    const token = signToken(ours, payload());
    const inAnHour = { now: () => Date.now() + 3_600_000 };
    expect(await verify(token, { clock: inAnHour })).toEqual(refused('expired'));
    const anHourAgo = { now: () => Date.now() - 3_600_000 };
    const old = signToken(ours, payload({ exp: seconds() - 60, iat: seconds() - 3_660, nbf: seconds() - 3_660 }));
    expect(await verify(old, { clock: anHourAgo })).toEqual(refused('expired'));
  });
});

describe('profile claims', () => {
  const snapshotOf = async (claims: Record<string, unknown>, options: Partial<TokenVerifierOptions> = {}) => {
    const result = await verify(signToken(ours, payload(claims)), options);
    if (!result.ok) throw new Error(result.reason);
    return result.token.snapshot;
  };
  const none = {
    email: undefined,
    firstName: undefined,
    lastName: undefined,
    imageUrl: undefined,
    updatedAt: undefined,
  };

  it('that are absent are left out, and null stays null', async () => {
    expect(await snapshotOf({ ...none, email: null })).toEqual({
      source: 'token',
      id: 'user_ada1',
      claims: { email: null },
      asOf: undefined,
    });
  });

  it("are found in Clerk's own spelling, too", async () => {
    const claims = {
      email: 'a@example.com',
      first_name: 'A',
      last_name: 'B',
      image_url: null,
      updated_at: 1_763_100_000,
    };
    expect(await snapshotOf({ ...none, ...claims })).toMatchObject({
      claims: { email: 'a@example.com', firstName: 'A', lastName: 'B', imageUrl: null },
      asOf: 1_763_100_000_000,
    });
  });

  it('that are empty say that there is none', async () => {
    const empty = { email: '', firstName: '', lastName: '', imageUrl: '' };
    expect((await snapshotOf(empty)).claims).toEqual({ email: null, firstName: null, lastName: null, imageUrl: null });
  });

  it('of another type say nothing', async () => {
    const odd = { email: 5, firstName: ['A'], lastName: {}, imageUrl: true, updatedAt: 'yesterday' };
    expect(await snapshotOf(odd)).toEqual({ source: 'token', id: 'user_ada1', claims: {}, asOf: undefined });
  });

  it.each([
    ['ms', 1_763_100_000_456, 1_763_100_000_456],
    ['seconds', 1_763_100_000, 1_763_100_000_000],
    ['text', '1763100000456', 1_763_100_000_456],
  ])('order by an updatedAt in %s', async (_name, updatedAt, asOf) => {
    expect((await snapshotOf({ updatedAt })).asOf).toBe(asOf);
  });

  it('are read under the configured names, and then under no others', async () => {
    const claimNames = { email: 'mail', updatedAt: 'changed' };
    const snapshot = await snapshotOf({ mail: 'm@example.com', changed: 1_763_100_000 }, { claimNames });
    expect(snapshot).toMatchObject({ claims: { email: 'm@example.com', firstName: 'Ada' }, asOf: 1_763_100_000_000 });
    expect((await snapshotOf({}, { claimNames })).claims).not.toHaveProperty('email');
  });

  it('are only those the token itself carries, not what every object inherits', async () => {
    const claimNames = { email: 'constructor', firstName: '__proto__' };
    expect((await snapshotOf({}, { claimNames })).claims).not.toHaveProperty('email');
  });
});

describe('keys', () => {
  it('may be several, and have their line breaks written out', async () => {
    const keys = keysOf([foreign.publicKey, ours.publicKey.replaceAll('\n', String.raw`\n`)]);
    expect(await verify(signToken(ours, payload()), { keys })).toMatchObject({ ok: true });
    expect(keys.asked.reread).toBe(0);
  });

  it('are read again when none fits, so that a rotation needs no deploy', async () => {
    const keys = keysOf([foreign.publicKey], [foreign.publicKey, ours.publicKey]);
    expect(await verify(signToken(ours, payload()), { keys })).toMatchObject({ ok: true });
    expect(keys.asked).toEqual({ current: 1, reread: 1 });
  });

  it('are not read again for a token that no key could save', async () => {
    const keys = keysOf([ours.publicKey]);
    const verifier = verifierWith({ keys });
    await verifier.verify('junk');
    await verifier.verify(signToken(foreign, payload({ iss: 'https://other.example.com' })));
    await verifier.verify(signToken(ours, payload({ exp: seconds() - 60 })));
    expect(keys.asked).toEqual({ current: 0, reread: 0 });
  });

  it('that are not there refuse every token', async () => {
    expect(await verify(signToken(ours, payload()), { keys: keysOf([]) })).toEqual(refused('signature'));
  });

  it('that cannot be read are a failure of ours, not of the token', async () => {
    const keys = {
      current: () => Promise.reject(new Error('no keys')),
      reread: () => Promise.reject(new Error('no keys')),
    };
    await expect(verify(signToken(ours, payload()), { keys })).rejects.toThrow('no keys');
  });
});

/** What was verified; the same object as before when it was remembered. */
async function tokenOf(verifier: TokenVerifier, text: string) {
  const result = await verifier.verify(text);
  if (!result.ok) throw new Error(result.reason);
  return result.token;
}

describe('a token that was verified', () => {
  it('is not verified again', async () => {
    const keys = keysOf([ours.publicKey]);
    const verifier = verifierWith({ keys });
    const token = signToken(ours, payload());
    const first = await tokenOf(verifier, token);
    expect(await tokenOf(verifier, token)).toBe(first);
    expect(keys.asked).toEqual({ current: 2, reread: 0 });
  });

  it('is not verified for another spelling of it', async () => {
    const verifier = verifierWith();
    const token = signToken(ours, payload());
    await verifier.verify(token);
    expect(await verifier.verify(`${token}=`)).toEqual(refused('malformed'));
  });

  it('is refused from the moment it expires', async () => {
    let now = Date.now();
    const verifier = verifierWith({ clock: { now: () => now } });
    const exp = Math.floor(now / 1_000) + 60;
    const token = signToken(ours, payload({ exp }));
    expect(await verifier.verify(token)).toMatchObject({ ok: true });
    now = exp * 1_000 + 4_999;
    expect(await verifier.verify(token)).toMatchObject({ ok: true });
    now = exp * 1_000 + 5_000;
    expect(await verifier.verify(token)).toEqual(refused('expired'));
  });

  it('is remembered only as long as there is room: the one unused for longest goes first', async () => {
    const verifier = verifierWith({ memo: { tokens: 2, bytes: 100_000 } });
    const [a = '', b = '', c = ''] = ['sess_a', 'sess_b', 'sess_c'].map((sid) => signToken(ours, payload({ sid })));
    const [first, second] = [await tokenOf(verifier, a), await tokenOf(verifier, b)];
    await verifier.verify(a);
    await verifier.verify(c);
    expect(await tokenOf(verifier, a)).toBe(first);
    expect(await tokenOf(verifier, b)).not.toBe(second);
  });
});

describe('the life of a token', () => {
  const made = seconds();
  const clock = { now: () => made * 1_000 };
  const living = (life: number, over: Readonly<Record<string, unknown>> = {}) =>
    signToken(ours, payload({ iat: made, nbf: made, exp: made + life, ...over }));
  const reasonOf = async (token: string, options: Partial<TokenVerifierOptions> = {}) => {
    const result = await verify(token, { clock, ...options });
    return result.ok ? 'ok' : result.reason;
  };

  it('may be an hour, and no second more', async () => {
    expect(await reasonOf(living(3_600))).toBe('ok');
    expect(await reasonOf(living(3_601))).toBe('lifetime');
  });

  it('may be what is configured', async () => {
    const maxTokenLifeMs = 60_000;
    expect(await reasonOf(living(60), { maxTokenLifeMs })).toBe('ok');
    expect(await reasonOf(living(61), { maxTokenLifeMs })).toBe('lifetime');
  });

  it('is bounded for a token of a template, too, which has no session', async () => {
    const template = { sid: undefined, sts: undefined, aud: 'orders' };
    const audience = ['orders'];
    const years = signToken(ours, payload({ ...template, exp: seconds() + 63_072_000 }));
    expect(await verify(years, { audience })).toEqual(refused('lifetime'));
    expect(await verify(signToken(ours, payload(template)), { audience })).toMatchObject({ ok: true });
  });

  it('is of no interest once it is over', async () => {
    expect(await reasonOf(living(86_400, { iat: made - 172_800, nbf: made - 172_800, exp: made - 60 }))).toBe(
      'expired',
    );
  });
});

describe('what is remembered', () => {
  it('is bounded by the bytes of the tokens, not by their number alone', async () => {
    const long = 'x'.repeat(5_000);
    const [a = '', b = '', c = ''] = ['sess_a', 'sess_b', 'sess_c'].map((sid) =>
      signToken(ours, payload({ sid, long })),
    );
    const verifier = verifierWith({ memo: { tokens: 1_000, bytes: a.length + b.length } });
    const [first, second] = [await tokenOf(verifier, a), await tokenOf(verifier, b)];
    expect([await tokenOf(verifier, a), await tokenOf(verifier, b)]).toEqual([first, second]);
    const third = await tokenOf(verifier, c);
    expect(await tokenOf(verifier, c)).toBe(third);
    expect(await tokenOf(verifier, b)).toBe(second);
    expect(await tokenOf(verifier, a)).not.toBe(first);
  });

  it('is nothing where not even one token has room', async () => {
    const verifier = verifierWith({ memo: { tokens: 10, bytes: 10 } });
    const token = signToken(ours, payload());
    const first = await tokenOf(verifier, token);
    expect(await tokenOf(verifier, token)).not.toBe(first);
  });

  it('lets go of as many as it takes for a longer one', async () => {
    const short = ['sess_a', 'sess_b', 'sess_c'].map((sid) => signToken(ours, payload({ sid })));
    const verifier = verifierWith({ memo: { tokens: 1_000, bytes: 3_000 } });
    const firsts = await Promise.all(short.map((token) => tokenOf(verifier, token)));
    await verifier.verify(signToken(ours, payload({ long: 'x'.repeat(1_200) })));
    const seconds = await Promise.all(short.map((token) => tokenOf(verifier, token)));
    expect(seconds.filter((token, at) => token === firsts[at])).toEqual([]);
  });
});

describe('a token whose key is gone', () => {
  /** A provider whose keys the test replaces, as a refreshed secret does. */
  const replaceable = (...first: string[]) => {
    const provider = {
      keys: first,
      current: () => Promise.resolve(provider.keys),
      reread: () => Promise.resolve(provider.keys),
    };
    return provider;
  };
  const inAnHour = () => payload({ exp: seconds() + 3_600 });

  it('is refused at once, however long it is remembered', async () => {
    const keys = replaceable(ours.publicKey, foreign.publicKey);
    const verifier = verifierWith({ keys });
    const token = signToken(ours, inAnHour());
    expect(await verifier.verify(token)).toMatchObject({ ok: true });
    keys.keys = [foreign.publicKey];
    expect(await verifier.verify(token)).toEqual(refused('signature'));
    keys.keys = [];
    expect(await verifier.verify(token)).toEqual(refused('signature'));
  });

  it('is refused also when that key had only come by a reread', async () => {
    const keys = replaceable(foreign.publicKey);
    const reread = () => Promise.resolve((keys.keys = [ours.publicKey]));
    const verifier = verifierWith({ keys: { current: keys.current, reread } });
    const token = signToken(ours, inAnHour());
    const first = await tokenOf(verifier, token);
    expect(await tokenOf(verifier, token)).toBe(first);
    keys.keys = [foreign.publicKey];
    expect(await tokenOf(verifier, token)).not.toBe(first);
  });

  it('stays remembered while its key is among others, in new texts and in another place', async () => {
    const keys = replaceable(ours.publicKey);
    const verifier = verifierWith({ keys });
    const token = signToken(ours, inAnHour());
    const first = await tokenOf(verifier, token);
    keys.keys = [foreign.publicKey, Buffer.from(ours.publicKey).toString()];
    expect(await tokenOf(verifier, token)).toBe(first);
  });

  it('is not let in from memory when the keys cannot be had', async () => {
    let isRevoked = false;
    const current = () =>
      isRevoked ? Promise.reject(new Error('jwtKeys is empty')) : Promise.resolve([ours.publicKey]);
    const verifier = verifierWith({ keys: { current, reread: current } });
    const token = signToken(ours, inAnHour());
    expect(await verifier.verify(token)).toMatchObject({ ok: true });
    isRevoked = true;
    await expect(verifier.verify(token)).rejects.toThrow('jwtKeys is empty');
  });

  it('is verified afresh every five minutes, however long it lives', async () => {
    let now = Date.now();
    const verifier = verifierWith({ clock: { now: () => now } });
    const start = now;
    const token = signToken(ours, inAnHour());
    const first = await tokenOf(verifier, token);
    now = start + 299_999;
    expect(await tokenOf(verifier, token)).toBe(first);
    now = start + 300_000;
    const second = await tokenOf(verifier, token);
    expect(second).not.toBe(first);
    now = start + 599_999;
    expect(await tokenOf(verifier, token)).toBe(second);
    now = start;
    expect(await tokenOf(verifier, token)).not.toBe(second);
  });
});

describe('a token that was refused', () => {
  it('is judged afresh each time: the key that it needs may have come', async () => {
    const provider = { keys: [foreign.publicKey] };
    const keys = { current: () => Promise.resolve(provider.keys), reread: () => Promise.resolve(provider.keys) };
    const verifier = verifierWith({ keys });
    const token = signToken(ours, payload());
    expect(await verifier.verify(token)).toEqual(refused('signature'));
    provider.keys = [ours.publicKey];
    expect(await verifier.verify(token)).toMatchObject({ ok: true });
  });
});
