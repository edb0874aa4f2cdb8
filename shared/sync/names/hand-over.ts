import type { Settled } from '../../domain/decision.ts';
import type { Reservation } from '../../domain/names.ts';
import { freeName, nameKey } from '../../domain/names.ts';
import type { KnownNames, NamePlan } from '../../domain/plan-names.ts';
import { planNames } from '../../domain/plan-names.ts';
import type { Path, StoredUser } from '../../domain/user.ts';
import { persist } from '../persist.ts';
import type { JointWriteResult } from '../../ports/user-store.ts';
import { rosterPlan, rosterWriteOf } from '../roster/roster-plan.ts';
import type { UserChange, WriteDependencies } from './write-user.ts';
import { reportNames, userWrite } from './write-user.ts';

/** Somebody who gives a name away or takes it, and what becomes of her. */
export interface Side {
  readonly user: StoredUser;
  readonly decision: Settled;
}

/** Refusals of other names after which the whole conflict is looked at anew. */
const MOST_ATTEMPTS = 4;

/**
 * Moves a name from its owner to somebody who waits for it, and whatever else moves with the two (in a swap, the other name),
 * in one transaction. The owner takes what Clerk gives her instead, the next best username, or begins to wait.
 *
 * @returns whether it was done; false when one of the two, or the name, has changed since it was read
 * @throws StoreUnavailable, UnstorableUser, or the signal's reason
 */
export async function handOver(
  deps: WriteDependencies,
  reservation: Reservation,
  { owner, taker, path }: { readonly owner: Side; readonly taker: Side; readonly path: Path },
  signal: AbortSignal,
): Promise<boolean> {
  const key = nameKey(reservation.name);
  const freed: Reservation = { ...reservation, owner: undefined };
  const seen = new Map<string, Reservation>();
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt += 1) {
    const giving = changeOf(owner, path, { seen, yielded: key });
    const taking = changeOf(taker, path, {
      seen: new Map([...seen, ...takenBy(owner.user.id, giving.plan), [key, freed]]),
    });
    const changes = [giving, taking];
    const result = await persist(deps, signal, () => writeBoth(deps, changes, signal));
    if (result.status === 'written') {
      for (const { change, plan } of changes) reportNames(deps, change, plan);
      return true;
    }
    if (result.status === 'lost' || result.seen.some(({ name }) => nameKey(name) === key)) return false;
    for (const other of result.seen) seen.set(nameKey(other.name), other);
  }
  return false;
}

/** Whose address moves loses the roster entry that was made for it, and whoever takes it is linked. */
async function writeBoth(
  deps: WriteDependencies,
  changes: readonly PlannedChange[],
  signal: AbortSignal,
): Promise<JointWriteResult> {
  const users = changes.map(({ change, plan }) => ({ stored: change.expected, next: change.next, moves: plan.moves }));
  const roster = await rosterPlan(deps, users, { signal });
  const writes = changes.map(({ change, plan }, position) => ({
    ...userWrite(deps, change, plan),
    ...rosterWriteOf(roster, change.next.id, change.expected.rosterEmail, position === 0),
  }));
  return deps.store.writeTogether(writes, { signal });
}

interface PlannedChange {
  readonly change: UserChange & { readonly expected: StoredUser };
  readonly plan: NamePlan;
}

/** What the owner takes in the same transaction, the other one cannot take as well. */
function takenBy(userId: string, { moves }: NamePlan): [string, Reservation][] {
  const taken = moves.filter(({ action }) => action === 'take');
  return taken.map(({ name }) => [nameKey(name), { ...freeName(name), owner: userId }]);
}

function changeOf({ user, decision: { next } }: Side, path: Path, known: KnownNames): PlannedChange {
  return { change: { next, expected: user, path }, plan: planNames(user, next, known) };
}
