import type { NameChange } from '../../domain/name-change.ts';
import type { LeftOver, Name, Reservation } from '../../domain/names.ts';
import { freeName, nameKey, tidied } from '../../domain/names.ts';
import { revisionBefore } from '../dynamodb/reservation-item.ts';

/** Reservations in memory, and since when somebody waits for each. */
export interface MemoryReservations {
  get(name: Name): Reservation;
  /** Those that stand in the way of the changes, as they are. */
  unmet(changes: readonly NameChange[]): readonly Reservation[];
  make(changes: readonly NameChange[], now: number): void;
  tidy(reservation: Reservation, leftOver: LeftOver): boolean;
  /** Names that somebody waits for, the longest waited for first. */
  conflicts(): readonly Name[];
  /** Every reservation that is written down. */
  all(): readonly Reservation[];
  lose(name: Name): void;
}

export function createMemoryReservations(): MemoryReservations {
  const written = new Map<string, Reservation>();
  /** When somebody last began to wait for a name, ms. */
  const listed = new Map<string, number>();
  const get = (name: Name): Reservation => written.get(nameKey(name)) ?? freeName(name);
  return {
    get,
    unmet: (changes) => changes.filter((change) => !isMet(change, get(change.name))).map(({ name }) => get(name)),
    make(changes, now) {
      for (const change of changes) {
        const key = nameKey(change.name);
        if (change.waiting.length > 0) listed.set(key, now);
        written.set(key, changed(change, get(change.name)));
      }
    },
    tidy(reservation, leftOver) {
      const next = tidied(reservation, leftOver);
      if (next === reservation) return true;
      const { revision, owner } = get(reservation.name);
      if (revision !== reservation.revision || owner !== reservation.owner) return false;
      const key = nameKey(reservation.name);
      if (!next?.isListed) listed.delete(key);
      if (next) written.set(key, next);
      else written.delete(key);
      return true;
    },
    conflicts: () =>
      [...listed]
        .toSorted(([a, since], [b, later]) => since - later || (a < b ? -1 : 1))
        .flatMap(([key]) => written.get(key)?.name ?? []),
    all: () => [...written.values()],
    lose(name) {
      written.delete(nameKey(name));
      listed.delete(nameKey(name));
    },
  };
}

/** Whether a reservation is still as the change takes it to be. */
function isMet(change: NameChange, { owner, lastOwner, claimants }: Reservation): boolean {
  const { takenBy, releasedBy, waiting, leaving, forgotten, inheritedFrom } = change;
  if (releasedBy !== undefined && owner !== releasedBy) return false;
  if (releasedBy === undefined && takenBy !== undefined && owner !== undefined && owner !== takenBy) return false;
  if (releasedBy === undefined && takenBy === undefined && waiting.length > 0 && owner === undefined) return false;
  if (inheritedFrom !== undefined && lastOwner !== inheritedFrom) return false;
  if (forgotten !== undefined && lastOwner !== forgotten) return false;
  return leaving.every((id) => claimants.includes(id));
}

/**
 * The reservation after the change. Where somebody begins to wait, nobody is taken from the queue in the same change
 * (DynamoDB cannot do both to one set): who is left over there is found when the conflict is resolved.
 */
function changed(change: NameChange, before: Reservation): Reservation {
  const { takenBy, releasedBy, isRetired, waiting, leaving, forgotten } = change;
  const gone = waiting.length > 0 ? [] : [...leaving, takenBy];
  return {
    name: before.name,
    owner: takenBy ?? (releasedBy === undefined ? before.owner : undefined),
    lastOwner: lastOwnerAfter(),
    claimants: [...new Set([...before.claimants, ...waiting])].filter((id) => !gone.includes(id)).toSorted(),
    isListed: before.isListed || waiting.length > 0,
    revision: (before.revision === 0 ? revisionBefore(change) : before.revision) + 1,
  };

  function lastOwnerAfter(): string | undefined {
    if (takenBy !== undefined || forgotten !== undefined) return undefined;
    return isRetired === true ? releasedBy : before.lastOwner;
  }
}
