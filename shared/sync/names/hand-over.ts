import type { Settled } from '../../domain/decision.ts';
import type { Reservation } from '../../domain/names.ts';
import { freeName, nameKey } from '../../domain/names.ts';
import type { KnownNames, NamePlan } from '../../domain/plan-names.ts';
import { planNames } from '../../domain/plan-names.ts';
import type { Path, StoredUser } from '../../domain/user.ts';
import { persist } from '../persist.ts';
import type { WriteDependencies } from './write-user.ts';
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
    const writes = changes.map(({ change, plan }) => userWrite(deps, change, plan));
    const result = await persist(deps, signal, () => deps.store.writeTogether(writes, { signal }));
    if (result.status === 'written') {
      for (const { change, plan } of changes) reportNames(deps, change, plan);
      return true;
    }
    if (result.status === 'lost' || result.seen.some(({ name }) => nameKey(name) === key)) return false;
    for (const other of result.seen) seen.set(nameKey(other.name), other);
  }
  return false;
}

/** What the owner takes in the same transaction, the other one cannot take as well. */
function takenBy(userId: string, { moves }: NamePlan): [string, Reservation][] {
  const taken = moves.filter(({ action }) => action === 'take');
  return taken.map(({ name }) => [nameKey(name), { ...freeName(name), owner: userId }]);
}

function changeOf({ user, decision: { next } }: Side, path: Path, known: KnownNames) {
  return { change: { next, expected: user, path }, plan: planNames(user, next, known) };
}
