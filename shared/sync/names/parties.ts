import type { LeftOver, Name, Reservation } from '../../domain/names.ts';
import { claimOf, waitsFor } from '../../domain/names.ts';
import type { StoredUser } from '../../domain/user.ts';
import { each } from '../each.ts';
import { persist } from '../persist.ts';
import type { WriteDependencies } from './write-user.ts';

/** Everybody who has to do with a name, as the table has them now. */
export interface Parties {
  readonly reservation: Reservation;
  readonly owner: StoredUser | undefined;
  /** Live users who wait for the name. */
  readonly claimants: readonly StoredUser[];
  /** Users in the reservation who do not have the name, or do not wait for it, any more. */
  readonly leftOver: LeftOver;
}

const READ_AT_ONCE = 8;

/** The reservation first: whoever begins to wait after it was read changes its revision, and with it whatever follows. */
export async function readParties(deps: WriteDependencies, name: Name, signal: AbortSignal): Promise<Parties> {
  const { store } = deps;
  const reservation = await persist(deps, signal, () => store.reservation(name, { signal }));
  const users = new Map<string, StoredUser>();
  const { owner, claimants } = reservation;
  await each([...claimants, ...(owner === undefined ? [] : [owner])], READ_AT_ONCE, async (id) => {
    const user = await persist(deps, signal, () => store.get(id, { consistent: true, signal }));
    if (user) users.set(id, user);
  });
  const current = owner === undefined ? undefined : users.get(owner);
  const isOwned = current?.held[name.kind] === name.value;
  const waiting = claimants.flatMap((id) => {
    const user = users.get(id);
    return user && waitsFor(user, name.kind) === name.value ? [user] : [];
  });
  const left = claimants.filter((id) => !waiting.some((user) => user.id === id));
  return {
    reservation,
    owner: isOwned ? current : undefined,
    claimants: waiting,
    leftOver: { claimants: left, owner: owner !== undefined && !isOwned },
  };
}

/** Ids of all whom Clerk has to be asked about. */
export function everyone({ owner, claimants }: Parties): string[] {
  return [...(owner ? [owner] : []), ...claimants].map(({ id }) => id);
}

/** Whether the owner has the name only because it was derived: a user to whom Clerk has given it comes first. */
export function isDerivedOwner({ reservation: { name }, owner }: Parties): boolean {
  return name.kind === 'username' && owner !== undefined && claimOf(owner, 'username') !== name.value;
}
