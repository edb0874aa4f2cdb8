import { merge } from '../../domain/merge.ts';
import { lookedAt } from '../../domain/forced-read.ts';
import type { Reservation } from '../../domain/names.ts';
import type { ReadSnapshot } from '../../domain/snapshot.ts';
import type { StoredUser } from '../../domain/user.ts';
import { SEEN_MARGIN_MS } from '../../domain/version.ts';
import { persist } from '../persist.ts';
import { lookUpUser } from '../read-user.ts';
import type { ReconcileDependencies, RunIdentity } from './dependencies.ts';
import { isThorough } from './dependencies.ts';

/** A user as a run finds her, before anything is decided. */
export interface Found {
  readonly user: StoredUser | undefined;
  /** Names that she holds by her item, and that are not reserved for her. */
  readonly lostNames: readonly Reservation[];
}

/**
 * Reads a user's item and examines it. A thorough run reads also what else could not be read, and looks whether the names that
 * she holds are reserved for her: two reads more.
 *
 * @throws MalformedItem for an item that cannot be read: in a thorough run only one that no write can mend
 * @throws StoreUnavailable
 */
export async function lookAt(
  deps: ReconcileDependencies,
  run: RunIdentity,
  userId: string,
  options: { readonly consistent?: boolean } = {},
): Promise<Found> {
  const deadline = deps.timers.deadline(deps.limits.budgetMs);
  const { signal } = deadline;
  const examine = isThorough(run) ? 'mend' : 'read';
  try {
    const user = await persist(deps, signal, () => deps.store.get(userId, { ...options, examine, signal }));
    const lostNames = user && isThorough(run) ? await namesLostBy(deps, user, signal) : [];
    return { user, lostNames };
  } finally {
    deadline.clear();
  }
}

async function namesLostBy(
  deps: ReconcileDependencies,
  { id, held, tombstone }: StoredUser,
  signal: AbortSignal,
): Promise<Reservation[]> {
  const lost: Reservation[] = [];
  for (const kind of ['email', 'username'] as const) {
    const value = held[kind];
    if (value === undefined || tombstone) continue;
    const reservation = await persist(deps, signal, () => deps.store.reservation({ kind, value }, { signal }));
    if (reservation.owner !== id) lost.push(reservation);
  }
  return lost;
}

/**
 * What Clerk says of a user, by which a run settles her. A page of Clerk's list may be older than what a webhook has brought
 * since: where only Clerk can tell which of the two is the later one, it is asked for this one user. Where a thorough run finds the stored user above what Clerk's list
 * said, Clerk is asked for this one user now: her answer is as new as anything that a webhook has written in between, and so
 * it may stand against a version that only a hand can have put there.
 *
 * @param listed what the list said
 * @throws DirectoryUnavailable
 */
export async function wordOn(
  deps: ReconcileDependencies,
  run: RunIdentity,
  listed: ReadSnapshot,
  stored: StoredUser | undefined,
): Promise<ReadSnapshot> {
  if (!stored) return listed;
  const now = deps.clock.now();
  const forced = isThorough(run) && isDisputed(stored, listed, now);
  if (!forced && !isUndecided(stored, listed, now)) return listed;
  const pause = forced ? pauseBefore(stored, now) : 0;
  if (pause > 0) await deps.timers.sleep(pause);
  const read = await lookUpUser(deps, stored.id, listed.lifts);
  if (read === 'absent') return listed;
  return forced ? { ...read, forced } : read;
}

/** Whether neither version comes after the other, as the rule has it of an event: of a read it takes for granted that it is new. */
function isUndecided(stored: StoredUser, listed: ReadSnapshot, now: number): boolean {
  return merge(stored, { ...listed, source: 'event' }, now).ask;
}

/** Whether the stored user stands against the list, or would not stand against a forced read. */
function isDisputed(stored: StoredUser, listed: ReadSnapshot, now: number): boolean {
  if (stored.item && stored.item.unreadable.length > 0) return true;
  const plain = merge(stored, listed, now);
  const forced = merge(stored, { ...listed, forced: true }, now);
  if (plain.ask || forced.ask) return false;
  return plain.write !== forced.write || (plain.outcome === 'stale' && !stored.tombstone);
}

/** A read that begins too soon after another source has looked does not stand against it: ms until it does, if that is near. */
function pauseBefore({ profile, record }: StoredUser, now: number): number {
  const looks = [profile, ...(record ? [record] : [])]
    .map(({ version }) => lookedAt(version))
    .filter((at) => at <= now);
  return Math.max(0, ...looks.map((at) => at + SEEN_MARGIN_MS - now));
}
