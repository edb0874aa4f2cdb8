import { erasureBy } from '../../domain/erase.ts';
import type { Reservation } from '../../domain/names.ts';
import { formerEmail, nameKey, waitsFor } from '../../domain/names.ts';
import type { NamePlan } from '../../domain/plan-names.ts';
import { planNames } from '../../domain/plan-names.ts';
import type { MirroredUser, Path, RunChange, StoredUser } from '../../domain/user.ts';
import type { Lease } from '../../ports/lease-store.ts';
import type { Log } from '../../ports/log.ts';
import type { Metrics } from '../../ports/metrics.ts';
import type { Random } from '../../ports/random.ts';
import type { Clock, Timers } from '../../ports/time.ts';
import type { NamesChanged, UserWrite, WriteResult } from '../../ports/user-store.ts';
import { UnstorableUser } from '../../ports/user-store.ts';
import { fingerprint, waitingFingerprint } from '../fingerprint.ts';
import { backOff, persist } from '../persist.ts';
import type { RosterDependencies } from '../roster/roster-plan.ts';
import { rosterPlan, rosterWriteOf } from '../roster/roster-plan.ts';
import type { ReturningDependencies } from './returning-user.ts';
import { returningAs } from './returning-user.ts';

export interface WriteDependencies extends ReturningDependencies, RosterDependencies {
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
  /** What a reconcile run notes on the user. */
  readonly runChange?: RunChange;
  /** The lease that must still be the writer's. */
  readonly lease?: Lease;
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
 * @throws StoreUnavailable, UnstorableUser, LeaseLost, or the signal's reason
 */
export async function writeUser(
  deps: WriteDependencies,
  change: UserChange,
  signal: AbortSignal,
  seen: readonly Reservation[] = [],
): Promise<Exclude<WriteResult, NamesChanged>> {
  const known = new Map(
    [...seen, ...(await rememberedAs(deps, change, signal))].map((each) => [nameKey(each.name), each]),
  );
  for (let attempt = 1; ; attempt += 1) {
    const plan = planNames(change.expected, change.next, { seen: known });
    const result = await persist(deps, signal, () => write(deps, change, plan, signal));
    if (result.status === 'written') reportNames(deps, change, plan);
    if (result.status !== 'names-changed') return result;
    for (const reservation of result.seen) known.set(nameKey(reservation.name), reservation);
    if (attempt >= ATTEMPTS_AT_ONCE) await backOff(deps, signal, attempt);
  }
}

/** Whoever is erased or restored may have to be forgotten as the last owner of an address: only a look at it tells. */
async function rememberedAs(
  { store, ...deps }: WriteDependencies,
  { expected, next }: UserChange,
  signal: AbortSignal,
): Promise<Reservation[]> {
  const email = expected && formerEmail(expected);
  if (email === undefined || (next.tombstone && next.tombstone.erasedAt === undefined)) return [];
  return [await persist(deps, signal, () => store.reservation({ kind: 'email', value: email }, { signal }))];
}

async function write(
  deps: WriteDependencies,
  change: UserChange,
  plan: NamePlan,
  signal: AbortSignal,
): Promise<WriteResult> {
  const { expected, next } = change;
  const returning = await returningAs(deps, expected, next, plan, { signal });
  if (!returning) return writeAs(deps, change, plan, undefined, signal);
  try {
    return await writeAs(deps, change, plan, returning, signal);
  } catch (error) {
    if (!(error instanceof UnstorableUser)) throw error;
    // What was left behind does not fit beside what the new user brings: she comes without it.
    deps.log.warn('user inherits nothing', { userId: next.id, previousUserId: returning.id, reason: error.message });
    return writeAs(deps, change, plan, undefined, signal);
  }
}

/** @param returning the deleted user who comes back as this one */
async function writeAs(
  deps: WriteDependencies,
  change: UserChange,
  plan: NamePlan,
  returning: StoredUser | undefined,
  signal: AbortSignal,
): Promise<WriteResult> {
  const { expected: stored, next, runChange, lease } = change;
  const roster = await rosterPlan(deps, [{ stored, next, moves: plan.moves, returning }], { signal });
  return deps.store.write(
    {
      ...userWrite(deps, change, plan),
      ...rosterWriteOf(roster, next.id, stored?.rosterEmail),
      ...(returning && { inheritFrom: returning.id }),
      ...(runChange && { runChange }),
      ...(lease && { lease }),
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
  const now = clock.now();
  const erase = erasureBy(expected, next, now);
  return { next, expected, path, fingerprint: fingerprintOf(next, plan), now, ...plan, ...(erase && { erase }) };
}

function fingerprintOf(next: MirroredUser, { moves }: NamePlan): string {
  const print = fingerprint(next.profile.content, next.record?.content);
  return moves.some(({ action }) => action === 'wait') ? waitingFingerprint(print) : print;
}

/** Counts and logs, once, whom a name was refused. Ids and kinds only: a name is a personal value. */
export function reportNames(
  { metrics, log }: Pick<WriteDependencies, 'metrics' | 'log'>,
  { next, expected, path }: UserChange,
  plan: NamePlan,
): void {
  for (const { action, name } of plan.moves) {
    if (action !== 'wait' || (expected && waitsFor(expected, name.kind) === name.value)) continue;
    metrics.record(name.kind === 'email' ? 'EmailConflict' : 'UsernameConflict', 1);
    log.warn('user waits for a name that another has', { kind: name.kind, path, userId: next.id });
  }
}
