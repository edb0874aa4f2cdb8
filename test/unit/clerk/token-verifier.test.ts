import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { decodeToken } from '../../../shared/adapters/clerk/token-format.ts';
import { createTokenVerifier } from '../../../shared/adapters/clerk/token-verifier.ts';
import type { TokenVerifierOptions } from '../../../shared/adapters/clerk/token-verifier.ts';
import type { TokenVerifier } from '../../../shared/ports/token-verifier.ts';
import { encode, generateKeys, ISSUER, PARTY, payload, signToken, withRawMember } from './support/tokens.ts';

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

describe('a token of another spelling', () => {
  const good = signToken(ours, payload());
  const [head = '', body = '', signature = ''] = good.split('.');

  it.each([
    ['no text', ''],
    ['one part', 'abc'],
    ['two parts', `${head}.${body}`],
    ['four parts', `${good}.${body}`],
    ['five parts', `${good}.a.b`],
    ['an empty signature', `${head}.${body}.`],
    ['blanks around it', ` ${good} `],
    ['a padded payload', `${head}.${body}==.${signature}`],
    ['a padded signature', `${head}.${body}.${signature}==`],
    ['the alphabet of plain base64', `${head}.${body}.${signature.replaceAll('-', '+').replaceAll('_', '/')}+/`],
    ['stray bits at its end', `${head}.${body}.${signature.slice(0, -1)}${strayBits(signature)}`],
    ['a header that is not JSON', `${encode('nonsense')}.${body}.${signature}`],
    ['a header that is null', `${encode('null')}.${body}.${signature}`],
    ['a header that is not UTF-8', `${Buffer.from([0xff, 0xfe]).toString('base64url')}.${body}.${signature}`],
    ['17 KB', signToken(ours, payload({ filler: 'x'.repeat(17_000) }))],
    ['100 KB', 'a'.repeat(100_000)],
    ['a header of another type', signToken(ours, payload(), { alg: 'RS256', typ: 'at+jwt' })],
    ['a list for a payload', signToken(ours, [payload()])],
    ['a text for a payload', signToken(ours, '"text"')],
    ['null for a payload', signToken(ours, 'null')],
    ['a member twice', signToken(ours, withRawMember(payload(), '"sub":"user_eve"'))],
    ['a member twice, spelt differently', signToken(ours, withRawMember(payload(), String.raw`"s\u0075b":"user_eve"`))],
    ['a member twice in an inner object', signToken(ours, withRawMember(payload(), '"o":{"id":"a","id":"b"}'))],
    ['a member of the header twice', signToken(ours, payload(), '{"alg":"none","alg":"RS256"}')],
  ])('is malformed: %s', async (_name, token) => {
    expect(await verify(token)).toEqual(refused('malformed'));
  });

  it.each([
    ['dots and nothing else', '.'.repeat(16_383)],
    ['one part too many', `${good}.${body}`],
    ['one part too few', `${head}.${body}`],
  ])('is refused before anything of it is decoded: %s', (_name, token) => {
    const from = vi.spyOn(Buffer, 'from');
    try {
      expect(decodeToken(token)).toEqual(refused('malformed'));
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

/** The last character of a 2,048 bit signature carries two bits: another with the same two decodes alike. */
function strayBits(signature: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return alphabet.charAt(alphabet.indexOf(signature.at(-1) ?? '') + 1);
}

describe('a token signed in another way', () => {
  it.each(['none', 'None', 'nOnE', '', 'RS512', 'PS256', 'ES256', 'HS256', 'rs256', undefined, null, 5, ['RS256']])(
    'is refused for its algorithm %j',
    async (alg) => {
      expect(await verify(signToken(ours, payload(), { alg, typ: 'JWT' }))).toEqual(refused('algorithm'));
    },
  );

  it('is refused when it is an HMAC with our public key', async () => {
    const input = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(payload())}`;
    const mac = createHmac('sha256', ours.publicKey).update(input).digest('base64url');
    expect(await verify(`${input}.${mac}`)).toEqual(refused('algorithm'));
  });

  it('is refused when an elliptic key signed it and it says RS256', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const input = `${encode({ alg: 'RS256' })}.${encode(payload())}`;
    const token = `${input}.${sign('SHA256', Buffer.from(input), privateKey).toString('base64url')}`;
    expect(await verify(token)).toEqual(refused('signature'));
  });

  it.each([{ crit: ['exp'], exp: 1 }, { crit: [] }, { crit: null }, { b64: false, crit: ['b64'] }, { b64: false }])(
    'is refused for an extension: %j',
    async (extension) => {
      const token = signToken(ours, payload(), { alg: 'RS256', ...extension });
      expect(await verify(token)).toEqual(refused('critical-header'));
    },
  );

  it.each([
    ['another key', { alg: 'RS256', kid: 'ins_key1' }],
    ['a key that it brings along', { alg: 'RS256', jwk: foreignJwk() }],
    ['a key that it points to', { alg: 'RS256', jku: 'https://evil.example.com/jwks.json', x5u: 'file:///dev/null' }],
    ['a key id that climbs', { alg: 'RS256', kid: '../../../dev/null' }],
  ])('is refused: %s', async (_name, header) => {
    expect(await verify(signToken(foreign, payload(), header))).toEqual(refused('signature'));
  });

  it('is refused when a claim was changed after it was signed', async () => {
    const [head, , signature] = signToken(ours, payload()).split('.');
    const token = `${head}.${encode(payload({ sub: 'user_eve' }))}.${signature}`;
    expect(await verify(token)).toEqual(refused('signature'));
  });
});

function foreignJwk(): object {
  return generateKeyPairSync('rsa', { modulusLength: 2_048 }).publicKey.export({ format: 'jwk' });
}

describe("a token's claims", () => {
  it.each([
    ['issuer', { iss: 'https://other.example.com' }],
    ['issuer', { iss: `${ISSUER}/` }],
    ['issuer', { iss: undefined }],
    ['issuer', { iss: [ISSUER] }],
    ['authorized-party', { azp: 'https://evil.example.com' }],
    ['authorized-party', { azp: undefined }],
    ['authorized-party', { azp: null }],
    ['authorized-party', { azp: '' }],
    ['authorized-party', { azp: [PARTY] }],
    ['audience', { aud: 'https://other.example.com' }],
    ['audience', { aud: ['a', 'b'] }],
    ['audience', { aud: null }],
    ['subject', { sub: '' }],
    ['subject', { sub: undefined }],
    ['subject', { sub: 'mch_machine' }],
    ['subject', { sub: 'org_example' }],
    ['subject', { sub: 'user_' }],
    ['subject', { sub: 'user_a#b' }],
    ['subject', { sub: `user_${'a'.repeat(10_000)}` }],
    ['subject', { sub: { id: 'user_ada1' } }],
    ['session', { sid: undefined }],
    ['session', { sid: '' }],
    ['session', { sid: 5 }],
    ['session', { sid: 's'.repeat(200) }],
    ['pending', { sts: 'pending' }],
    ['pending', { sts: 'something' }],
    ['pending', { sts: null }],
    ['malformed', { exp: undefined }],
    ['malformed', { exp: null }],
    ['malformed', { exp: String(seconds() + 60) }],
    ['malformed', { exp: 1e300 }],
    ['malformed', { exp: Date.now() }],
    ['malformed', { iat: undefined }],
    ['malformed', { iat: 'now' }],
    ['malformed', { nbf: 'now' }],
    ['malformed', { nbf: null }],
    ['expired', { exp: seconds() - 6 }],
    ['expired', { exp: seconds() - 100_000 }],
    ['expired', { exp: 0 }],
    ['not-yet-valid', { nbf: seconds() + 30 }],
    ['not-yet-valid', { iat: seconds() + 30 }],
  ])('are refused (%s): %j', async (reason, overrides) => {
    expect(await verify(signToken(ours, payload(overrides)))).toEqual(refused(reason));
  });

  it.each(['1e999', '-1e999'])('are refused with an expiry of %s', async (exp) => {
    const token = signToken(ours, withRawMember(payload({ exp: undefined }), `"exp":${exp}`));
    expect(await verify(token)).toEqual(refused('malformed'));
  });

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

  it("are judged by our clock as well as by the machine's", async () => {
    const token = signToken(ours, payload());
    const inAnHour = { now: () => Date.now() + 3_600_000 };
    expect(await verify(token, { clock: inAnHour })).toEqual(refused('expired'));
    const anHourAgo = { now: () => Date.now() - 3_600_000 };
    const old = signToken(ours, payload({ exp: seconds() - 60, iat: seconds() - 7_200, nbf: seconds() - 7_200 }));
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
    const verifier = verifierWith({ memoSize: 2 });
    const [a = '', b = '', c = ''] = ['sess_a', 'sess_b', 'sess_c'].map((sid) => signToken(ours, payload({ sid })));
    const [first, second] = [await tokenOf(verifier, a), await tokenOf(verifier, b)];
    await verifier.verify(a);
    await verifier.verify(c);
    expect(await tokenOf(verifier, a)).toBe(first);
    expect(await tokenOf(verifier, b)).not.toBe(second);
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
