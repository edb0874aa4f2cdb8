import { createHmac, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import type { TokenRefusal } from '../../../shared/ports/token-verifier.ts';
import { encode, generateKeys, payload, signToken, withRawMember } from '../../unit/clerk/support/tokens.ts';
import type { KeyPair } from '../../unit/clerk/support/tokens.ts';

/** What is attacked: a Clerk instance whose key signs good tokens. */
export interface AttackedInstance {
  readonly keys: KeyPair;
  readonly issuer: string;
  readonly party: string;
  /** The key id that the instance puts into its tokens. */
  readonly kid: string;
}

/** A token that must be refused, and for what; by the default rules (`missingAzp` deny, no audience). */
export interface AttackToken {
  readonly name: string;
  readonly reason: TokenRefusal;
  readonly token: string;
}

type Case = readonly [reason: TokenRefusal, name: string, token: string];

/** Every forgery that the verifier is known to be up against, each with one thing wrong. */
export function attackTokens(instance: AttackedInstance): readonly AttackToken[] {
  const smith = createSmith(instance);
  const cases = [spellings, algorithms, extensions, foreignKeys, times, parties, persons].flatMap((of) => of(smith));
  return cases.map(([reason, name, token]) => ({ reason, name, token }));
}

type Smith = ReturnType<typeof createSmith>;

/** Makes tokens of the attacked instance: good but for what is asked for. */
function createSmith({ keys, issuer, party, kid }: AttackedInstance) {
  const claims = (overrides: Readonly<Record<string, unknown>> = {}) =>
    payload({ iss: issuer, azp: party, ...overrides });
  const header = (overrides: Readonly<Record<string, unknown>> = {}) => ({
    alg: 'RS256',
    kid,
    typ: 'JWT',
    ...overrides,
  });
  return {
    keys,
    issuer,
    party,
    foreign: generateKeys(),
    now: Math.floor(Date.now() / 1_000),
    claims,
    header,
    /** Signed with our key, which only Clerk has: what is wrong is what it says. */
    of: (overrides: Readonly<Record<string, unknown>>) => signToken(keys, claims(overrides), header()),
    withHeader: (overrides: Readonly<Record<string, unknown>>, by = keys) => signToken(by, claims(), header(overrides)),
    withPayload: (text: object | string) => signToken(keys, text, header()),
    signed: (overrides: Readonly<Record<string, unknown>>, signature: (input: Buffer) => Buffer) => {
      const input = `${encode(header(overrides))}.${encode(claims())}`;
      return `${input}.${signature(Buffer.from(input)).toString('base64url')}`;
    },
  };
}

function spellings({ of, withHeader, withPayload, claims, keys }: Smith): Case[] {
  const good = of({});
  const [head = '', body = '', signature = ''] = good.split('.');
  const malformed: readonly (readonly [string, string])[] = [
    ['one part', 'abc'],
    ['two parts', `${head}.${body}`],
    ['four parts', `${good}.${body}`],
    ['five parts', `${good}.a.b`],
    ['dots and nothing else', '.'.repeat(16_000)],
    ['an empty signature', `${head}.${body}.`],
    ['an empty payload', `${head}..${signature}`],
    ['a padded header', `${head}==.${body}.${signature}`],
    ['a padded payload', `${head}.${body}==.${signature}`],
    ['a padded signature', `${head}.${body}.${signature}==`],
    ['the alphabet of plain base64', `${head}.${body}.${signature.replaceAll('-', '+').replaceAll('_', '/')}+/`],
    ['stray bits at its end', `${head}.${body}.${signature.slice(0, -1)}${withStrayBit(signature)}`],
    ['a header that is not JSON', `${encode('nonsense')}.${body}.${signature}`],
    ['a header that is null', `${encode('null')}.${body}.${signature}`],
    ['a header that is a list', `${encode('[]')}.${body}.${signature}`],
    ['a header that is not UTF-8', `${Buffer.from([0xff, 0xfe]).toString('base64url')}.${body}.${signature}`],
    ['a payload that is a list', withPayload([claims()])],
    ['a payload that is a text', withPayload('"text"')],
    ['a payload that is a number', withPayload('5')],
    ['a payload that is null', withPayload('null')],
    ['an opaque machine token', 'mt_2wIEcPzkQ9bqXrD7uJvYt5sLhNfGaR8o'],
  ];
  return [
    ...malformed.map(([name, token]): Case => ['malformed', name, token]),
    ['oversized', '17 KB', of({ filler: 'x'.repeat(12_500) })],
    ['oversized', '100 KB', 'a'.repeat(100_000)],
    ['oversized', '100 KB, well signed', of({ filler: 'x'.repeat(75_000) })],
    ['token-type', 'another type', withHeader({ typ: 'at+jwt' })],
    ['token-type', "a machine's", withHeader({ cat: 'cl_B7d4PD333AAA' })],
    ['duplicate-member', 'a member twice', withPayload(withRawMember(claims(), '"sub":"user_eve"'))],
    [
      'duplicate-member',
      'a member twice, spelt otherwise',
      withPayload(withRawMember(claims(), String.raw`"s\u0075b":"user_eve"`)),
    ],
    ['duplicate-member', 'a member twice further in', withPayload(withRawMember(claims(), '"o":{"id":"a","id":"b"}'))],
    ['duplicate-member', 'a member of the header twice', signToken(keys, claims(), '{"alg":"none","alg":"RS256"}')],
  ];
}

/** The last character of a 2,048 bit signature carries two bits: another with the same two decodes alike. */
function withStrayBit(signature: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return alphabet.charAt(alphabet.indexOf(signature.at(-1) ?? '') + 1);
}

/** Each signed as its header says, where that can be done at all. */
function algorithms({ withHeader, signed, keys, foreign }: Smith): Case[] {
  const unsigned = ['none', 'None', 'NONE', 'nOnE'].flatMap((alg): Case[] => [
    ['algorithm', `${alg} without a signature`, `${withHeader({ alg }).split('.').slice(0, 2).join('.')}.`],
    ['algorithm', `${alg} with a signature`, withHeader({ alg })],
  ]);
  const odd = ['', ' RS256', 'rs256', 'RS256 ', null, 5, ['RS256'], undefined].map((alg): Case => [
    'algorithm',
    `the algorithm ${JSON.stringify(alg)}`,
    withHeader({ alg }),
  ]);
  const hmac = (key: string | Buffer) => (input: Buffer) => createHmac('sha256', key).update(input).digest();
  const der = createPublicKey(keys.publicKey).export({ type: 'spki', format: 'der' });
  const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const bySha512 = (input: Buffer) => sign('RSA-SHA512', input, foreign.privateKey);
  const byPss = (input: Buffer) => sign('RSA-SHA256', input, { key: foreign.privateKey, padding: 6, saltLength: 32 });
  const byCurve = (input: Buffer) => sign('SHA256', input, { key: elliptic, dsaEncoding: 'ieee-p1363' });
  return [
    ...unsigned,
    ...odd,
    ['algorithm', 'an HMAC with our public key', signed({ alg: 'HS256' }, hmac(keys.publicKey))],
    ['algorithm', 'an HMAC with the bytes of our public key', signed({ alg: 'HS256' }, hmac(der))],
    ['signature', 'an HMAC that calls itself RS256', signed({}, hmac(keys.publicKey))],
    ['algorithm', 'RS512', signed({ alg: 'RS512' }, bySha512)],
    ['algorithm', 'PS256', signed({ alg: 'PS256' }, byPss)],
    ['algorithm', 'ES256', signed({ alg: 'ES256' }, byCurve)],
    ['signature', 'a curve that calls itself RS256', signed({}, byCurve)],
  ];
}

function extensions({ withHeader }: Smith): Case[] {
  const headers = [
    { crit: ['exp'], exp: 1 },
    { crit: [] },
    { crit: null },
    { b64: false, crit: ['b64'] },
    { b64: false },
  ];
  return headers.map((header): Case => ['critical-header', JSON.stringify(header), withHeader(header)]);
}

/** Well made, by another's key: of a stranger, or of another instance that goes by our key's name. */
function foreignKeys({ withHeader, foreign, of, claims, header, issuer }: Smith): Case[] {
  const jwk: object = createPublicKey(foreign.publicKey).export({ format: 'jwk' });
  const [head = '', , signature = ''] = of({}).split('.');
  const another = claims({ iss: 'https://another.clerk.accounts.dev' });
  const signatures: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
    ['another key', {}],
    ['another key without a name', { kid: undefined }],
    ['the key that it brings along', { jwk }],
    ['the key that it points to', { jku: 'https://evil.example/jwks.json', x5u: 'file:///dev/null' }],
    ['the certificate that it brings along', { x5c: ['AAAA'], x5t: 'AAAA' }],
    ['a key id that climbs', { kid: '../../../../dev/null' }],
    ['a key id that asks', { kid: "x' UNION SELECT 'key" }],
  ];
  return [
    ...signatures.map(([name, own]): Case => ['signature', name, withHeader(own, foreign)]),
    ['signature', 'a claim changed after the signature', `${head}.${encode(claims({ sub: 'user_eve' }))}.${signature}`],
    ['signature', 'a signature that is too short', `${head}.${encode(claims())}.AAAA`],
    [
      'signature',
      "another instance's key that claims our issuer",
      signToken(foreign, claims({ iss: issuer }), header()),
    ],
    ['issuer', 'another instance with the same key id', signToken(foreign, another, header())],
  ];
}

function times({ of, withPayload, claims, now }: Smith): Case[] {
  const raw = (member: string) => withPayload(withRawMember(claims({ exp: undefined }), member));
  return [
    ['time', 'no expiry', of({ exp: undefined })],
    ['time', 'an expiry that is null', of({ exp: null })],
    ['time', 'an expiry in words', of({ exp: String(now + 60) })],
    ['time', 'an expiry of 1e999', raw('"exp":1e999')],
    ['time', 'an expiry of -1e999', raw('"exp":-1e999')],
    ['time', 'an expiry of 1e300', raw('"exp":1e300')],
    ['time', 'an expiry in ms', of({ exp: (now + 60) * 1_000 })],
    ['time', 'no time of issue', of({ iat: undefined })],
    ['time', 'a time of issue in words', of({ iat: 'now' })],
    ['time', 'a beginning in words', of({ nbf: 'now' })],
    ['time', 'a beginning that is null', of({ nbf: null })],
    ['expired', 'expired beyond the skew', of({ exp: now - 6 })],
    ['expired', 'expired long ago', of({ exp: now - 100_000 })],
    ['expired', 'an expiry of 0', of({ exp: 0 })],
    // Far enough that they are not valid before a busy machine has sent them ten thousand times.
    ['not-yet-valid', 'a beginning in the future', of({ nbf: now + 3_000, exp: now + 3_060 })],
    ['not-yet-valid', 'issued in the future', of({ iat: now + 3_000, exp: now + 3_060 })],
    ['lifetime', 'a life of two hours', of({ exp: now + 7_200 })],
    ['lifetime', 'a life of ten years', of({ exp: now + 315_360_000 })],
    ['lifetime', 'the last minute of a day', of({ iat: now - 86_400, nbf: now - 86_400 })],
    ['lifetime', 'a beginning long after its issue', of({ iat: now - 86_400, nbf: now - 10 })],
  ];
}

function parties({ of, issuer, party }: Smith): Case[] {
  return [
    ['issuer', 'another issuer', of({ iss: 'https://another.clerk.accounts.dev' })],
    ['issuer', 'our issuer with a slash', of({ iss: `${issuer}/` })],
    ['issuer', 'our issuer in a list', of({ iss: [issuer] })],
    ['issuer', 'no issuer', of({ iss: undefined })],
    ['authorized-party', 'another party', of({ azp: 'https://evil.example' })],
    ['authorized-party', 'a party that begins like ours', of({ azp: `${party}.evil.example` })],
    ['authorized-party', 'our party in capitals', of({ azp: party.toUpperCase() })],
    ['authorized-party', 'our party in a list', of({ azp: [party] })],
    ['authorized-party', 'an empty party', of({ azp: '' })],
    ['authorized-party', 'a party that is null', of({ azp: null })],
    ['authorized-party', 'no party', of({ azp: undefined })],
    ['audience', 'for somebody else', of({ aud: 'https://other.example' })],
    ['audience', 'for several others', of({ aud: ['a', 'b'] })],
    ['audience', 'an audience that is null', of({ aud: null })],
  ];
}

function persons({ of, withPayload, claims }: Smith): Case[] {
  const machine = { sub: 'mch_2wIEcPzkQ9bqXrD7uJvYt5sLhNf', sid: undefined, sts: undefined, azp: undefined };
  return [
    ['subject', 'an empty subject', of({ sub: '' })],
    ['subject', 'no subject', of({ sub: undefined })],
    ['subject', 'an organisation', of({ sub: 'org_example' })],
    ['subject', 'a subject that is only a prefix', of({ sub: 'user_' })],
    ['subject', 'a subject that leaves its key', of({ sub: 'user_a#b' })],
    ['subject', 'a subject that leaves its path', of({ sub: 'user_../../v1/instance' })],
    ['subject', 'a subject on two lines', of({ sub: 'user_ada1\n' })],
    ['subject', 'a subject of 10 KB', of({ sub: `user_${'a'.repeat(10_000)}` })],
    ['subject', 'a subject that is an object', of({ sub: { id: 'user_ada1' } })],
    ['subject', 'a machine token', of(machine)],
    ['session', 'a token of a template', of({ sid: undefined, sts: undefined, fva: undefined, v: undefined })],
    ['session', 'an empty session', of({ sid: '' })],
    ['session', 'a session that is a number', of({ sid: 5 })],
    ['session', 'a session without end', of({ sid: 's'.repeat(200) })],
    ['pending', 'a pending session', of({ sts: 'pending' })],
    ['pending', 'a session of an unknown status', of({ sts: 'something' })],
    ['pending', 'a session whose status is null', of({ sts: null })],
    ['actor', 'an actor without a name', of({ act: {} })],
    ['actor', 'an actor with an empty name', of({ act: { sub: '' } })],
    ['actor', 'an actor that is a text', of({ act: 'user_support' })],
    ['actor', 'an actor in a list', of({ act: [{ sub: 'user_support' }] })],
    ['actor', 'no actor: false', withPayload(withRawMember(claims(), '"act":false'))],
  ];
}
