import type { Name, Reservation } from '../../domain/names.ts';
import type { StoredUser } from '../../domain/user.ts';
import type { UserDirectory } from '../../ports/user-directory.ts';
import type { SyncDependencies } from '../apply-snapshot.ts';
import { applySnapshot } from '../apply-snapshot.ts';
import { backOff, persist } from '../persist.ts';
import { reportSettled } from '../report.ts';
import type { Reads } from './ask-parties.ts';
import { askParties, confirmedBy, settledBy } from './ask-parties.ts';
import type { Side } from './hand-over.ts';
import { handOver } from './hand-over.ts';
import type { Parties } from './parties.ts';
import { everyone, isDerivedOwner, readParties } from './parties.ts';
import { writeUser } from './write-user.ts';

export interface ResolveDependencies extends SyncDependencies {
  readonly directory: Pick<UserDirectory, 'listUsersById'>;
}

/** `waiting`: somebody still waits, since Clerk gives the name to several, or the mirror has not heard of a deletion yet. */
export type Resolution = 'settled' | 'waiting';

/** Who else writes to the same users meanwhile makes it look again; somebody does not do so more often than this. */
const MOST_ROUNDS = 12;

/** Time for one name, ms. */
const BUDGET_MS = 10_000;

const PATH = 'reconciler';

/**
 * Brings a name to the one user who has it by Clerk's word, off every request's path. A free name goes to the one who waits
 * for it, and a derived username to the one whom Clerk has given it. In every other case Clerk is asked, once, about all who
 * are concerned; what it says is merged into each, and the name moves from its owner to the one who has it now in one
 * transaction. Accounts are never merged, and nobody is deleted here.
 *
 * May be repeated, and may run at the same time as anything else.
 *
 * @throws DirectoryUnavailable when Clerk cannot be asked, StoreUnavailable
 */
export async function resolveName(deps: ResolveDependencies, name: Name): Promise<Resolution> {
  const deadline = deps.timers.deadline(BUDGET_MS);
  const { signal } = deadline;
  let reads: Reads | undefined;
  try {
    for (let round = 1; round <= MOST_ROUNDS; round += 1) {
      if (round > 2) await backOff(deps, signal, round);
      const parties = await readParties(deps, name, signal);
      const isTidy = await tidy(deps, parties, signal);
      if (isTidy && parties.claimants.length === 0) return 'settled';
      if (!isTidy || (await settleUnasked(deps, parties, signal))) continue;
      reads ??= await askParties(deps, everyone(parties), signal);
      if (!(await settleBy(reads, deps, parties, signal))) return 'waiting';
    }
    return 'waiting';
  } catch (error) {
    if (error === signal.reason) return 'waiting';
    throw error;
  } finally {
    deadline.clear();
  }
}

/** @returns whether the reservation is as it was read: false when something was struck off, or somebody has changed it */
async function tidy(deps: ResolveDependencies, parties: Parties, signal: AbortSignal): Promise<boolean> {
  const { reservation, claimants, leftOver } = parties;
  if (!leftOver.owner && leftOver.claimants.length === 0 && claimants.length > 0) return true;
  const done = await persist(deps, signal, () => deps.store.tidy(reservation, leftOver, { signal }));
  return done && claimants.length === 0;
}

/** What can be decided without Clerk. @returns whether there was something, so that one has to look again */
async function settleUnasked(deps: ResolveDependencies, parties: Parties, signal: AbortSignal): Promise<boolean> {
  const [claimant, ...others] = parties.claimants;
  if (!claimant || others.length > 0) return false;
  if (parties.owner && !isDerivedOwner(parties)) return false;
  await give(NO_READS, deps, parties, claimant, signal);
  return true;
}

const NO_READS: Reads = new Map();

/**
 * Makes everybody what Clerk says, and gives the name to the one who has it.
 * @returns whether anything was done, so that one has to look again
 */
async function settleBy(
  reads: Reads,
  deps: ResolveDependencies,
  parties: Parties,
  signal: AbortSignal,
): Promise<boolean> {
  const { reservation, owner, claimants } = parties;
  const now = deps.clock.now();
  const confirmed = confirmedBy(reads, [...(owner ? [owner] : []), ...claimants], reservation.name, now);
  // A free name that Clerk gives to nobody who waits for it goes to one of them all the same: the others go on waiting.
  const winner = confirmed.find(({ id }) => id === owner?.id) ?? confirmed[0] ?? (owner ? undefined : claimants[0]);
  const isMoving = winner !== undefined && winner !== owner;
  const others = [...claimants, ...(owner && !isMoving ? [owner] : [])].filter((user) => user !== winner || !isMoving);
  const differing = others.filter((user) => settledBy(user, reads, now).write);
  for (const user of differing) await applyRead(deps, reads, user);
  if (isMoving) await give(reads, deps, parties, winner, signal);
  return isMoving || differing.length > 0;
}

async function applyRead(deps: ResolveDependencies, reads: Reads, user: StoredUser): Promise<void> {
  const read = reads.get(user.id);
  if (!read) return;
  const result = await applySnapshot(deps, read, { path: PATH, budgetMs: BUDGET_MS, known: { user } });
  if (result.status === 'failed') throw result.error;
}

/** Where somebody else was faster nothing is given: the next look finds what is to be done then. */
async function give(
  reads: Reads,
  deps: ResolveDependencies,
  { reservation, owner }: Parties,
  taker: StoredUser,
  signal: AbortSignal,
): Promise<void> {
  const now = deps.clock.now();
  const side = (user: StoredUser): Side => ({ user, decision: settledBy(user, reads, now) });
  const sides = owner ? [side(owner), side(taker)] : [side(taker)];
  if (!(await move(deps, reservation, sides, signal))) return;
  for (const { user, decision } of sides) {
    const read = reads.get(user.id);
    if (read && decision.write) reportSettled(deps, read, PATH, decision);
  }
  const { kind } = reservation.name;
  deps.log.info('name given to the user who waited for it', { kind, userId: taker.id, previousUserId: owner?.id });
}

async function move(
  deps: ResolveDependencies,
  reservation: Reservation,
  sides: readonly Side[],
  signal: AbortSignal,
): Promise<boolean> {
  const [first, second] = sides;
  if (!first) return false;
  if (second) return handOver(deps, reservation, { owner: first, taker: second, path: PATH }, signal);
  const { user: expected, decision } = first;
  const result = await writeUser(deps, { next: decision.next, expected, path: PATH }, signal, [reservation]);
  return result.status === 'written';
}
