import type { JsonValue } from './json.ts';
import { sameJson } from './json.ts';
import type { Register } from './user.ts';
import type { Version } from './version.ts';
import { isFromToken, laterVersion, SEEN_MARGIN_MS, shareCutSecond } from './version.ts';

/** What one group of fields makes of a snapshot. */
export type Verdict = 'write' | 'unchanged' | 'stale' | 'ask';

/** Content of a register: flat fields with JSON values. */
export type Content<T> = { readonly [Field in keyof T]: JsonValue };

export function sameContent<T extends Content<T>>(a: T, b: T): boolean {
  return sameJson({ ...a }, { ...b });
}

/**
 * Judges a group of fields brought by a webhook or a complete token against the stored one.
 * Where neither `asOf` nor `seenAt` can order the two, only Clerk can: *ask*.
 */
export function judge<T extends Content<T>>(stored: Register<T>, incoming: Register<T>): Verdict {
  const ours = stored.version;
  const theirs = incoming.version;
  const same = sameContent(stored.content, incoming.content);
  if (!same && shareCutSecond(ours, theirs)) return 'ask';
  if (theirs.asOf !== ours.asOf) return theirs.asOf > ours.asOf ? 'write' : 'stale';
  return same ? 'unchanged' : judgeTie(ours, theirs);
}

/** Same `asOf`, different content: a change that Clerk did not version. When the sources looked decides, if it can. */
function judgeTie(ours: Version, theirs: Version): Verdict {
  if (isFromToken(ours) || isFromToken(theirs)) return 'ask';
  if (Math.abs(theirs.seenAt - ours.seenAt) < SEEN_MARGIN_MS) return 'ask';
  return theirs.seenAt > ours.seenAt ? 'write' : 'stale';
}

/** Judges a group of fields read from Clerk: a read settles, so it never asks, and it wins a tie inside the margin. */
export function judgeRead<T extends Content<T>>(stored: Register<T>, read: Register<T>): Exclude<Verdict, 'ask'> {
  const verdict = judge(stored, read);
  if (verdict !== 'ask') return verdict;
  return read.version.asOf >= stored.version.asOf ? 'write' : 'stale';
}

/** The register after a write: the new content, and a version that never decreases. */
export function overwrite<T>(stored: Register<T> | undefined, incoming: Register<T>): Register<T> {
  return stored ? { content: incoming.content, version: laterVersion(stored.version, incoming.version) } : incoming;
}
