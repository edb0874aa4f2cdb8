import { merge } from '../../domain/merge.ts';
import type { Settled } from '../../domain/decision.ts';
import type { Name } from '../../domain/names.ts';
import { claimOf } from '../../domain/names.ts';
import type { ReadSnapshot } from '../../domain/snapshot.ts';
import type { StoredUser } from '../../domain/user.ts';
import type { Clock } from '../../ports/time.ts';
import type { UserDirectory } from '../../ports/user-directory.ts';
import { readSnapshot } from '../read-user.ts';

/** What Clerk says of the users of a conflict; who is not among them Clerk does not have, or has not told. */
export type Reads = ReadonlyMap<string, ReadSnapshot>;

/** What Clerk answers at once. */
const BATCH = 100;

/** @throws DirectoryUnavailable */
export async function askParties(
  { directory, clock }: { readonly directory: Pick<UserDirectory, 'listUsersById'>; readonly clock: Clock },
  userIds: readonly string[],
  signal: AbortSignal,
): Promise<Reads> {
  const reads = new Map<string, ReadSnapshot>();
  for (let from = 0; from < userIds.length; from += BATCH) {
    const startedAt = clock.now();
    const users = await directory.listUsersById(userIds.slice(from, from + BATCH), { signal });
    for (const user of users) reads.set(user.id, readSnapshot(user, startedAt, 'none'));
  }
  return reads;
}

/** A user as Clerk's answer makes her; as she is, without one. */
export function settledBy(user: StoredUser, reads: Reads, now: number): Settled {
  const read = reads.get(user.id);
  if (!read) return { ask: false, outcome: 'unchanged', write: false, next: user, changedFields: [] };
  const decision = merge(user, read, now);
  if (decision.ask) throw new Error('A read of Clerk left a question open: it always settles.');
  return decision;
}

/**
 * Those to whom Clerk gives the name by its own word, the most recent first. A user of whom Clerk says nothing is not among
 * them: a conflict is settled by what Clerk says and never by what it does not.
 */
export function confirmedBy(reads: Reads, users: readonly StoredUser[], name: Name, now: number): StoredUser[] {
  const asOf = (user: StoredUser): number => reads.get(user.id)?.asOf ?? 0;
  return users
    .filter((user) => reads.has(user.id) && claimOf(settledBy(user, reads, now).next, name.kind) === name.value)
    .toSorted((a, b) => asOf(b) - asOf(a) || (a.id < b.id ? -1 : 1));
}
