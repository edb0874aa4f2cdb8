import type { NameChange } from '../../domain/name-change.ts';
import type { Name, Reservation } from '../../domain/names.ts';
import { freeName, nameKey } from '../../domain/names.ts';

/** Reservations in memory, and since when somebody waits for each. */
export interface MemoryReservations {
  get(name: Name): Reservation;
  /** Those that stand in the way of the changes, as they are. */
  unmet(changes: readonly NameChange[]): readonly Reservation[];
  make(changes: readonly NameChange[], now: number): void;
  tidy(reservation: Reservation, leaving: readonly string[]): boolean;
  /** Names that somebody waits for, the longest waited for first. */
  conflicts(): readonly Name[];
  /** Every reservation that is written down. */
  all(): readonly Reservation[];
}

interface Entry {
  readonly reservation: Reservation;
  /** ms; undefined when nobody waits. */
  readonly listedAt: number | undefined;
}

export function createMemoryReservations(): MemoryReservations {
  const entries = new Map<string, Entry>();
  const get = (name: Name): Reservation => entries.get(nameKey(name))?.reservation ?? freeName(name);
  return {
    get,
    unmet: (changes) => changes.filter((change) => !isMet(change, get(change.name))).map(({ name }) => get(name)),
    make(changes, now) {
      for (const change of changes) {
        const key = nameKey(change.name);
        const listedAt = change.waiting.length > 0 ? now : entries.get(key)?.listedAt;
        entries.set(key, { reservation: changed(change, get(change.name)), listedAt });
      }
    },
    tidy(reservation, leaving) {
      const key = nameKey(reservation.name);
      const entry = entries.get(key);
      if (reservation.revision === 0) return true;
      if (entry?.reservation.revision !== reservation.revision) return false;
      const { owner, lastOwner, claimants, revision } = reservation;
      const left = claimants.filter((id) => !leaving.includes(id));
      const isNeeded = owner !== undefined || lastOwner !== undefined || left.length > 0;
      const tidied = { ...reservation, claimants: left, revision: revision + 1 };
      if (isNeeded) entries.set(key, { reservation: tidied, listedAt: left.length > 0 ? entry.listedAt : undefined });
      else entries.delete(key);
      return true;
    },
    conflicts: () =>
      [...entries]
        .flatMap(([key, { reservation, listedAt }]) => (listedAt === undefined ? [] : [{ key, reservation, listedAt }]))
        .toSorted((a, b) => a.listedAt - b.listedAt || (a.key < b.key ? -1 : 1))
        .map(({ reservation }) => reservation.name),
    all: () => [...entries.values()].map(({ reservation }) => reservation),
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
    revision: before.revision + 1,
  };

  function lastOwnerAfter(): string | undefined {
    if (takenBy !== undefined || forgotten !== undefined) return undefined;
    return isRetired === true ? releasedBy : before.lastOwner;
  }
}
