import type { Name, Reservation } from '../../domain/names.ts';
import type { StoredUser } from '../../domain/user.ts';
import { UnstorableUser } from '../../ports/user-store.ts';
import { reportSettled } from '../report.ts';
import type { Reads } from './ask-parties.ts';
import { settledBy } from './ask-parties.ts';
import type { Side } from './hand-over.ts';
import { handOver } from './hand-over.ts';
import type { Parties } from './parties.ts';
import type { WriteDependencies } from './write-user.ts';
import { writeUser } from './write-user.ts';

/** Who changes a user to settle a conflict of names, in the words of logs and metrics. */
export const RESOLVER_PATH = 'reconciler';

/**
 * Gives a name to a user who waits for it, from its owner if it has one, and makes both what Clerk says of them.
 *
 * @returns whether one has to look again: something was written, or somebody else was faster
 * @throws StoreUnavailable, or the signal's reason
 */
export async function giveName(
  reads: Reads,
  deps: WriteDependencies,
  { reservation, owner }: Parties,
  taker: StoredUser,
  signal: AbortSignal,
): Promise<boolean> {
  const now = deps.clock.now();
  const side = (user: StoredUser): Side => ({ user, decision: settledBy(user, reads, now) });
  const sides = owner ? [side(owner), side(taker)] : [side(taker)];
  try {
    if (await move(deps, reservation, sides, signal)) reportGiven(deps, reservation.name, reads, sides);
    return true;
  } catch (error) {
    if (!(error instanceof UnstorableUser)) throw error;
    deps.log.error('name not given', { kind: reservation.name.kind, userId: taker.id, reason: error.message });
    return false;
  }
}

function reportGiven(deps: WriteDependencies, { kind }: Name, reads: Reads, sides: readonly Side[]): void {
  for (const { user, decision } of sides) {
    const read = reads.get(user.id);
    if (read && decision.write) reportSettled(deps, read, RESOLVER_PATH, decision);
  }
  const [previous, taker] = sides.length > 1 ? sides : [undefined, ...sides];
  const previousUserId = previous?.user.id;
  deps.log.info('name given to the user who waited for it', { kind, userId: taker?.user.id, previousUserId });
}

/** @returns whether the taker has the name now */
async function move(
  deps: WriteDependencies,
  reservation: Reservation,
  sides: readonly Side[],
  signal: AbortSignal,
): Promise<boolean> {
  const [first, second] = sides;
  if (!first) return false;
  if (second) return handOver(deps, reservation, { owner: first, taker: second, path: RESOLVER_PATH }, signal);
  const { user: expected, decision } = first;
  const result = await writeUser(deps, { next: decision.next, expected, path: RESOLVER_PATH }, signal, [reservation]);
  const { kind, value } = reservation.name;
  return result.status === 'written' && result.user.held[kind] === value;
}
