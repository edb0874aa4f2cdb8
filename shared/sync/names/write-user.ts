import type { Reservation } from '../../domain/names.ts';
import { nameKey } from '../../domain/names.ts';
import type { NamePlan } from '../../domain/plan-names.ts';
import { planNames } from '../../domain/plan-names.ts';
import type { MirroredUser, Path, StoredUser } from '../../domain/user.ts';
import type { Log } from '../../ports/log.ts';
import type { Metrics } from '../../ports/metrics.ts';
import type { Random } from '../../ports/random.ts';
import type { Clock, Timers } from '../../ports/time.ts';
import type { NamesChanged, UserWrite, WriteResult } from '../../ports/user-store.ts';
import { fingerprint } from '../fingerprint.ts';
import { backOff, persist } from '../persist.ts';
import type { ReturningDependencies } from './returning-user.ts';
import { returningAs } from './returning-user.ts';

export interface WriteDependencies extends ReturningDependencies {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly metrics: Metrics;
  readonly log: Log;
}

/** A user as it shall become. */
export interface UserChange {
  readonly next: MirroredUser;
  /** The user that this was decided from; undefined if there was none. */
  readonly expected: StoredUser | undefined;
  readonly path: Path;
  readonly erase?: UserWrite['erase'];
}

/** Refusals of names after which the next attempt waits a moment: until then each one has told something new. */
const ATTEMPTS_AT_ONCE = 5;

/**
 * Writes a user together with the names that follow from the change. A name that somebody else has does not stop the write:
 * a derived username gives way to the next best, any other name is waited for, counted and logged.
 *
 * @param signal aborts when the time is up
 * @param seen reservations that have just been read
 * @returns `written`, or `lost` when another writer has changed the user in between
 * @throws StoreUnavailable, UnstorableUser, or the signal's reason
 */
export async function writeUser(
  deps: WriteDependencies,
  change: UserChange,
  signal: AbortSignal,
  seen: readonly Reservation[] = [],
): Promise<Exclude<WriteResult, NamesChanged>> {
  const known = new Map(seen.map((reservation) => [nameKey(reservation.name), reservation]));
  for (let attempt = 1; ; attempt += 1) {
    const plan = planNames(change.expected, change.next, { seen: known });
    const result = await persist(deps, signal, () => write(deps, change, plan, signal));
    if (result.status === 'written') reportNames(deps, change, plan);
    if (result.status !== 'names-changed') return result;
    for (const reservation of result.seen) known.set(nameKey(reservation.name), reservation);
    if (attempt >= ATTEMPTS_AT_ONCE) await backOff(deps, signal, attempt);
  }
}

async function write(
  deps: WriteDependencies,
  { next, expected, path, erase }: UserChange,
  plan: NamePlan,
  signal: AbortSignal,
): Promise<WriteResult> {
  const inheritFrom = await returningAs(deps, expected, next, plan, { signal });
  return deps.store.write(
    {
      ...userWrite(deps, { next, expected, path }, plan),
      ...(erase && { erase }),
      ...(inheritFrom !== undefined && { inheritFrom }),
    },
    { signal },
  );
}

/** A change and its names as the store takes them. */
export function userWrite(
  { clock }: Pick<WriteDependencies, 'clock'>,
  { next, expected, path }: UserChange,
  plan: NamePlan,
): UserWrite {
  const print = fingerprint(next.profile.content, next.record?.content);
  return { next, expected, path, fingerprint: print, now: clock.now(), ...plan };
}

/** Counts and logs whom a name was refused. Ids and kinds only: a name is a personal value. */
export function reportNames(
  { metrics, log }: Pick<WriteDependencies, 'metrics' | 'log'>,
  { next, path }: UserChange,
  plan: NamePlan,
): void {
  for (const { action, name } of plan.moves) {
    if (action !== 'wait') continue;
    metrics.record(name.kind === 'email' ? 'EmailConflict' : 'UsernameConflict', 1);
    log.warn('user waits for a name that another has', { kind: name.kind, path, userId: next.id });
  }
}
