import type { TokenRefusal } from '../../ports/token-verifier.ts';
import type { Members } from './json.ts';
import { isObject } from './json.ts';

/** Clerk keeps session tokens below a cookie's 4 KB; what is longer than this is not worth the time to decode it. */
const LONGEST_TOKEN = 16_384;

/** Levels of objects and lists. Claims of Clerk's have three; metadata that a team puts in may have a few more. */
const DEEPEST_NESTING = 32;

/** What Clerk's tokens for machines have in their header; they may be signed by the same key. Clerk's `verifyToken` refuses them. */
const MACHINE_CATEGORY = 'cl_B7d4PD333AAA';

export type DecodedToken =
  | { readonly ok: true; readonly payload: Members }
  | { readonly ok: false; readonly reason: TokenRefusal };

/** Whether a text is longer than any token: to be asked before anything else is done with it. */
export function isOversized(token: string): boolean {
  return token.length > LONGEST_TOKEN;
}

/**
 * Takes a compact JWS (RFC 7515) apart and refuses every spelling of one that a strict reader would not produce: three parts
 * of canonical base64url, of which the first two are JSON objects in UTF-8 without a member twice; RS256 and nothing else; no
 * extension that would have to be understood. Says nothing about the signature.
 */
export function decodeToken(token: string): DecodedToken {
  if (isOversized(token)) return refuse('oversized');
  // 16,383 dots would make as many parts, and decoding those costs 5 ms: a fourth part is enough to know.
  const parts = token.split('.', 4);
  if (parts.length !== 3) return refuse('malformed');
  const [headerText = '', payloadText = '', signatureText = ''] = parts;
  const header = decodeObject(headerText);
  if (typeof header === 'string') return refuse(header);
  const reason = refusalOfHeader(header);
  if (reason) return refuse(reason);
  if (!decodeBase64Url(signatureText)) return refuse('malformed');
  const payload = decodeObject(payloadText);
  return typeof payload === 'string' ? refuse(payload) : { ok: true, payload };
}

function refusalOfHeader(header: Members): TokenRefusal | undefined {
  if (header['alg'] !== 'RS256') return 'algorithm';
  // RFC 7515, 4.1.11: an extension we do not know must be refused, and we know none; `b64` is one even where `crit` hides it.
  if ('crit' in header || 'b64' in header) return 'critical-header';
  if (header['cat'] === MACHINE_CATEGORY) return 'token-type';
  return header['typ'] === undefined || header['typ'] === 'JWT' ? undefined : 'token-type';
}

/** @returns undefined for text with padding, with stray bits at its end or with other characters: one token has one spelling */
function decodeBase64Url(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url');
  return text !== '' && bytes.toString('base64url') === text ? bytes : undefined;
}

function decodeObject(part: string): Members | 'malformed' | 'duplicate-member' {
  const bytes = decodeBase64Url(part);
  if (!bytes) return 'malformed';
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const names = namesIn(text);
    if (names === undefined) return 'malformed';
    const value: unknown = JSON.parse(text);
    if (!isObject(value)) return 'malformed';
    return names === membersOf(value) ? value : 'duplicate-member';
  } catch {
    // Neither UTF-8 nor JSON.
    return 'malformed';
  }
}

const QUOTE = '"'.charCodeAt(0);
const BACKSLASH = '\\'.charCodeAt(0);
const COLON = ':'.charCodeAt(0);
const OPENING = new Set(['[', '{'].map((character) => character.charCodeAt(0)));
const CLOSING = new Set([']', '}'].map((character) => character.charCodeAt(0)));

/**
 * Counts the names of members in a JSON text, repeated ones included: outside of strings, a colon follows a name and nothing
 * else does. One pass without recursion, before the parser and everything behind it go as deep as the text does.
 *
 * @returns undefined as soon as it is nested too deep; for what is no JSON, any number
 */
function namesIn(text: string): number | undefined {
  let names = 0;
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (code === COLON) names += 1;
    else if (OPENING.has(code)) depth += 1;
    else if (CLOSING.has(code)) depth -= 1;
    if (depth > DEEPEST_NESTING) return undefined;
  }
  return names;
}

/** @returns where the string that begins at a quote has its other quote, or the end of the text */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at;
}

/** Members that are left of them: `JSON.parse` keeps the last of equal names, other readers the first. Goes as deep as `namesIn` lets it. */
function membersOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const inner: unknown[] = Array.isArray(value) ? value : Object.values(value);
  let count = Array.isArray(value) ? 0 : inner.length;
  for (const each of inner) count += membersOf(each);
  return count;
}

function refuse(reason: TokenRefusal): DecodedToken {
  return { ok: false, reason };
}
