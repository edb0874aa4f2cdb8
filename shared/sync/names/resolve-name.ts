import type { Name } from '../../domain/names.ts';
import type { StoredUser } from '../../domain/user.ts';
import type { UserDirectory } from '../../ports/user-directory.ts';
import { StoreUnavailable } from '../../ports/user-store.ts';
import type { SyncDependencies } from '../apply-snapshot.ts';
import { applySnapshot } from '../apply-snapshot.ts';
import { backOff, persist } from '../persist.ts';
import type { Reads } from './ask-parties.ts';
import { askParties, confirmedBy, settledBy } from './ask-parties.ts';
import { giveName, RESOLVER_PATH } from './give-name.ts';
import type { Parties } from './parties.ts';
import { everyone, isDerivedOwner, readParties } from './parties.ts';

export interface ResolveDependencies extends SyncDependencies {
  readonly directory: Pick<UserDirectory, 'listUsersById'>;
}

/**
 * `resolved`: the name has moved, or somebody who waited does not any more; `settled`: there was nothing to do; `waiting`:
 * somebody goes on waiting, since Clerk gives the name to several, or the mirror has not heard of a deletion yet.
 */
export type Resolution = 'resolved' | 'settled' | 'waiting';

/** Who else writes to the same users meanwhile makes it look again; nobody does so more often than this. */
const MOST_ROUNDS = 12;

/** Time for one name, ms; a user who is being written when it ends is given a little more. */
const BUDGET_MS = 8_000;
const WRITE_BUDGET_MS = 2_000;

/**
 * Brings a name to the one user who has it by Clerk's word, off every request's path. A free name goes to the one who waits
 * for it, and a derived username to the one whom Clerk has given it. In every other case Clerk is asked, once, about all who
 * are concerned; what it says is merged into each, and the name moves from its owner to the one who has it now in one
 * transaction. Accounts are never merged, and nobody is deleted here.
 *
 * May be repeated, and may run at the same time as anything else.
 *
 * @throws DirectoryUnavailable when Clerk cannot be asked; StoreUnavailable, also when others leave it no time to settle
 */
export async function resolveName(deps: ResolveDependencies, name: Name): Promise<Resolution> {
  const deadline = deps.timers.deadline(BUDGET_MS);
  try {
    return await resolveInTime(deps, name, deadline.signal);
  } catch (error) {
    if (error !== deadline.signal.reason) throw error;
    throw new StoreUnavailable(`A name could not be settled within ${BUDGET_MS} ms.`, { cause: error });
  } finally {
    deadline.clear();
  }
}

async function resolveInTime(deps: ResolveDependencies, name: Name, signal: AbortSignal): Promise<Resolution> {
  let reads: Reads | undefined;
  let hasWaited = false;
  for (let round = 1; round <= MOST_ROUNDS; round += 1) {
    if (round > 2) await backOff(deps, signal, round);
    const parties = await readParties(deps, name, signal);
    const isTidy = await tidy(deps, parties, signal);
    if (isTidy && parties.claimants.length === 0) return hasWaited ? 'resolved' : 'settled';
    hasWaited = true;
    if (!isTidy || (await settleUnasked(deps, parties, signal))) continue;
    reads ??= await askParties(deps, everyone(parties), signal);
    if (!(await settleBy(reads, deps, parties, signal))) return 'waiting';
  }
  throw new StoreUnavailable(`A name could not be settled in ${MOST_ROUNDS} attempts: others change it all the time.`);
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
  return giveName(NO_READS, deps, parties, claimant, signal);
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
  const { owner, claimants } = parties;
  const now = deps.clock.now();
  const taker = takerBy(reads, deps, parties);
  const others = [...claimants, ...(owner ? [owner] : [])].filter(
    (user) => !taker || (user !== taker && user !== owner),
  );
  let hasChanged = false;
  for (const user of others) {
    if (settledBy(user, reads, now).write && (await applyRead(deps, reads, user))) hasChanged = true;
    signal.throwIfAborted();
  }
  const hasMoved = taker !== undefined && (await giveName(reads, deps, parties, taker, signal));
  return hasMoved || hasChanged;
}

/** Whom the name has to move to; undefined when it stays where it is. */
function takerBy(
  reads: Reads,
  { clock, returningUser }: ResolveDependencies,
  { reservation, owner, claimants }: Parties,
): StoredUser | undefined {
  const confirmed = confirmedBy(reads, [...(owner ? [owner] : []), ...claimants], reservation.name, clock.now());
  if (owner && confirmed.includes(owner)) return undefined;
  // Her deletion is on its way, and only after it can somebody come back as her: the name waits for that.
  if (owner && returningUser === 'relink' && !reads.has(owner.id)) return undefined;
  // A free name that Clerk gives to nobody who waits for it goes to one of them all the same: the others go on waiting.
  return confirmed[0] ?? (owner ? undefined : claimants[0]);
}

/** @returns whether the user is as Clerk says now; false for one whom the table cannot keep like that, as has been logged */
async function applyRead(deps: ResolveDependencies, reads: Reads, user: StoredUser): Promise<boolean> {
  const read = reads.get(user.id);
  if (!read) return false;
  const result = await applySnapshot(deps, read, { path: RESOLVER_PATH, budgetMs: WRITE_BUDGET_MS, known: { user } });
  if (result.status !== 'failed') return true;
  if (result.reason === 'unstorable') return false;
  throw new StoreUnavailable(`User ${user.id} could not be written (${result.reason}).`, { cause: result.error });
}
