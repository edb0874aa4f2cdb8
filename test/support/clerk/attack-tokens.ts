import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { encode, payload, signToken, withRawMember } from '../../unit/clerk/support/tokens.ts';
import type { KeyPair } from '../../unit/clerk/support/tokens.ts';

/** A token that must be refused. */
export interface AttackToken {
  readonly name: string;
  readonly token: string;
}

type Claims = Readonly<Record<string, unknown>>;
/** By name. */
type Tokens = Readonly<Record<string, string>>;

/** What header, usual claims and signature leave of the longest token that the verifier reads (16,384 characters), bytes. */
export const ROOM_FOR_CLAIMS = 11_400;

/**
 * Tokens as an attacker makes them: each wrong in one way and otherwise as good as it can be made, so that it is looked at for
 * as long as possible.
 *
 * @param ours the instance's keys: what only Clerk could have signed stands for what a stolen or misused token says
 * @param foreign somebody else's
 */
export function attackTokens(ours: KeyPair, foreign: KeyPair): readonly AttackToken[] {
  const attacks = {
    ...misspelt(ours),
    ...signedOtherwise(ours, foreign),
    ...withWrongClaims(ours),
    ...costlyToRead(foreign),
  };
  return Object.entries(attacks).map(([name, token]) => ({ name, token }));
}

/** Good for an hour: a session token's minute may end while an attack is still being measured. */
function claimsOf(overrides: Claims = {}): Record<string, unknown> {
  return payload({ exp: Math.floor(Date.now() / 1_000) + 3_600, ...overrides });
}

function misspelt(ours: KeyPair): Tokens {
  const good = signToken(ours, claimsOf());
  const [head = '', body = '', signature = ''] = good.split('.');
  return {
    'two parts': `${head}.${body}`,
    'four parts': `${good}.${body}`,
    'five parts': `${good}.a.b`,
    'padded base64url': `${head}.${body}==.${signature}`,
    'plain base64': `${head}.${body}.${signature.slice(0, -2)}+/`,
    'a list for a payload': signToken(ours, [claimsOf()]),
    'a member twice': signToken(ours, withRawMember(claimsOf(), '"sub":"user_eve"')),
    '100 KB of text': 'a'.repeat(100_000),
    '16,383 dots': '.'.repeat(16_383),
  };
}

function signedOtherwise(ours: KeyPair, foreign: KeyPair): Tokens {
  const named = (alg: string): Tokens => ({
    [`the algorithm ${alg}`]: signToken(ours, claimsOf(), { alg, typ: 'JWT' }),
  });
  const jwk = generateKeyPairSync('rsa', { modulusLength: 2_048 }).publicKey.export({ format: 'jwk' });
  const rs256 = (header: Claims): string => signToken(foreign, claimsOf(), { alg: 'RS256', typ: 'JWT', ...header });
  return {
    ...named('none'),
    ...named('nOnE'),
    ...named('HS256'),
    ...named('RS512'),
    ...named('PS256'),
    ...named('ES256'),
    'no signature': `${encode({ alg: 'none' })}.${encode(claimsOf())}.`,
    'an HMAC with the public key': hmacToken(ours),
    "another instance's key under the same kid": rs256({ kid: 'ins_key1' }),
    'an embedded jwk': rs256({ jwk }),
    'jku and x5u': rs256({ jku: 'https://evil.example.com/jwks.json', x5u: 'file:///dev/null' }),
    'a kid that climbs': rs256({ kid: '../../../../dev/null' }),
    'an unknown crit': signToken(ours, claimsOf(), { alg: 'RS256', crit: ['exp2'], exp2: 1 }),
    'b64: false': signToken(ours, claimsOf(), { alg: 'RS256', b64: false, crit: ['b64'] }),
    'an elliptic key': ellipticToken(),
    'a changed payload': changedToken(ours),
  };
}

function hmacToken({ publicKey }: KeyPair): string {
  const input = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claimsOf())}`;
  return `${input}.${createHmac('sha256', publicKey).update(input).digest('base64url')}`;
}

function ellipticToken(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const input = `${encode({ alg: 'RS256' })}.${encode(claimsOf())}`;
  return `${input}.${sign('SHA256', Buffer.from(input), privateKey).toString('base64url')}`;
}

function changedToken(ours: KeyPair): string {
  const [head = '', , signature = ''] = signToken(ours, claimsOf()).split('.');
  return `${head}.${encode(claimsOf({ sub: 'user_eve' }))}.${signature}`;
}

function withWrongClaims(ours: KeyPair): Tokens {
  const now = Math.floor(Date.now() / 1_000);
  const token = (claims: Claims): string => signToken(ours, claimsOf(claims));
  return {
    'no exp': token({ exp: undefined }),
    'exp as text': token({ exp: String(now + 60) }),
    'exp 1e999': signToken(ours, withRawMember(claimsOf({ exp: undefined }), '"exp":1e999')),
    'expired beyond the tolerance': token({ exp: now - 6 }),
    'nbf in the future': token({ nbf: now + 300 }),
    'iat in the future': token({ iat: now + 300 }),
    'another issuer': token({ iss: 'https://evil.example.com' }),
    'no issuer': token({ iss: undefined }),
    'another party': token({ azp: 'https://evil.example.com' }),
    'no party': token({ azp: undefined }),
    'another audience': token({ aud: 'https://other.example.com' }),
    'an empty subject': token({ sub: '' }),
    'the subject of a machine': token({ sub: 'mch_machine' }),
    'a subject of 10 KB': token({ sub: `user_${'a'.repeat(10_000)}` }),
    'a pending session': token({ sts: 'pending' }),
    'a template token': token({ sid: undefined }),
  };
}

/** Claims in perfect order, as many as are read, under a signature that does not hold: all of the work, for nothing. */
function costlyToRead(foreign: KeyPair): Tokens {
  const withMember = (member: string): string => signToken(foreign, withRawMember(claimsOf(), member));
  return {
    'full of one text': withMember(`"filler":"${filling(() => 'x')}"`),
    'full of escapes': withMember(`"filler":"${filling(() => String.raw`\"`)}"`),
    'full of members': withMember(`${filling((index) => `"m${index}":0,`)}"last":0`),
    'full of lists': withMember(`"filler":[${filling(() => '[],')}0]`),
    'full of nested lists': withMember(`"filler":${nested('[', '', ']')}`),
    'full of nested objects': withMember(`"filler":${nested('{"a":', '0', '}')}`),
  };
}

function filling(piece: (index: number) => string): string {
  let text = '';
  for (let index = 0; text.length < ROOM_FOR_CLAIMS; index += 1) text += piece(index);
  return text;
}

function nested(open: string, inmost: string, close: string): string {
  const levels = Math.floor(ROOM_FOR_CLAIMS / (open.length + close.length));
  return `${open.repeat(levels)}${inmost}${close.repeat(levels)}`;
}
