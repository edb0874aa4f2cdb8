import type { MirroredUser } from './user.ts';

/** Why a user may not come in, even with a valid token. */
export type Refusal = 'deleted' | 'banned' | 'deprovisioned';

/** @returns undefined for a user in good standing; `locked` is temporary and no reason to refuse anyone */
export function refusalOf(user: MirroredUser): Refusal | undefined {
  if (user.tombstone) return 'deleted';
  if (user.record?.content.banned) return 'banned';
  if (user.record?.content.deprovisioned) return 'deprovisioned';
  return undefined;
}
