import { createMemoryAuditStore } from '../../../shared/adapters/memory/audit-store.ts';
import { createMemoryInstanceStore } from '../../../shared/adapters/memory/instance-store.ts';
import type { MemoryLeaseStore } from '../../../shared/adapters/memory/lease-store.ts';
import { createMemoryLeaseStore } from '../../../shared/adapters/memory/lease-store.ts';
import { createMemoryQuarantine } from '../../../shared/adapters/memory/quarantine.ts';
import type { MemoryRosterStore } from '../../../shared/adapters/memory/roster-store.ts';
import { createMemoryRosterStore } from '../../../shared/adapters/memory/roster-store.ts';
import { createMemoryRunStore } from '../../../shared/adapters/memory/run-store.ts';
import type { UserItem } from '../../../shared/adapters/memory/user-items.ts';
import { createMemoryUserStore } from '../../../shared/adapters/memory/user-store.ts';
import { createMemoryWatermarkStore } from '../../../shared/adapters/memory/watermark-store.ts';
import type { Name } from '../../../shared/domain/names.ts';
import type { RosterChange, RosterEntry } from '../../../shared/domain/roster.ts';
import type { StoredUser } from '../../../shared/domain/user.ts';
import type { AuditEntry, AuditStore } from '../../../shared/ports/audit-store.ts';
import type { UserWrite } from '../../../shared/ports/user-store.ts';
import type { WatermarkStore } from '../../../shared/ports/watermark-store.ts';

/** One user as the table had her from a moment on. */
interface Version {
  readonly from: number;
  readonly item: UserItem;
}

/** What a write has made of one user. */
export interface Transition {
  /** ms. */
  readonly at: number;
  readonly write: UserWrite;
  readonly before: StoredUser | undefined;
  readonly after: StoredUser;
}

/** The table in memory, and what it was at every moment before: what a replica that is behind still answers. */
export class SimulatedTable {
  readonly lease;
  readonly store;
  readonly runs;
  readonly instance;
  readonly quarantine;
  /** Every roster entry, by address. */
  readonly entries = new Map<string, RosterEntry>();
  readonly roster = this.#listing(createMemoryRosterStore());
  /** Every entry of the record of administrative actions, by id. */
  readonly audited = new Map<string, AuditEntry>();
  readonly audit;
  readonly watermark = this.#kept(createMemoryWatermarkStore());
  readonly #versions = new Map<string, Version[]>();
  readonly #waited: { readonly from: number; readonly names: readonly Name[] }[] = [];
  readonly #now: () => number;
  #holder: string | undefined;
  #updatedAt = 0;

  /** @param now the table's own clock, ms, which is the true one */
  constructor(now: () => number) {
    this.#now = now;
    const clock = { now };
    this.lease = this.#watched(createMemoryLeaseStore({ clock }));
    this.store = createMemoryUserStore({ clock, lease: this.lease, roster: this.roster });
    this.runs = createMemoryRunStore({ clock });
    this.instance = createMemoryInstanceStore();
    this.quarantine = createMemoryQuarantine({ clock });
    this.audit = this.#audited(createMemoryAuditStore({ clock }));
  }

  /** The user as she is in the table now, if she has not expired. */
  get(id: string): StoredUser | undefined {
    return this.store.users().find((user) => user.id === id);
  }

  live(): readonly StoredUser[] {
    return this.store.users().filter(({ tombstone }) => !tombstone);
  }

  /** Keeps what the writes have made. @param before the users, in the order of the writes. @returns what became of each */
  note(writes: readonly UserWrite[], before: readonly (StoredUser | undefined)[]): readonly Transition[] {
    const at = this.#now();
    this.#waited.push({ from: at, names: this.#listed() });
    return writes.flatMap((write, n) => {
      const after = this.get(write.next.id);
      if (!after) return [];
      const versions = this.#versions.get(after.id) ?? [];
      versions.push({ from: at, item: { user: after, fingerprint: write.fingerprint, expiresAt: undefined } });
      this.#versions.set(after.id, versions);
      return [{ at, write, before: before[n], after }];
    });
  }

  /** Edits an item as somebody with a console does. */
  editByHand(id: string, edit: (user: StoredUser) => StoredUser): void {
    this.store.editByHand(id, edit);
    const versions = this.#versions.get(id);
    const [last, user] = [versions?.at(-1), this.get(id)];
    if (last && user) versions?.push({ from: this.#now(), item: { ...last.item, user } });
  }

  /** Every state that the user has been in since a time, ms, the one that she was in then included. */
  statesSince(id: string, time: number): readonly (StoredUser | undefined)[] {
    const versions = this.#versions.get(id) ?? [];
    const first = versions.findLastIndex(({ from }) => from <= time);
    const since = versions.slice(Math.max(0, first)).map(({ item }) => item.user);
    return first < 0 ? [undefined, ...since] : since;
  }

  /** The user as a replica that is behind has her. */
  asOf(id: string, time: number): StoredUser | undefined {
    return this.#versions.get(id)?.findLast(({ from }) => from <= time)?.item.user;
  }

  /** All users as an index that is behind has them. */
  itemsAsOf(time: number): readonly UserItem[] {
    return [...this.#versions.values()].flatMap(
      (versions) => versions.findLast(({ from }) => from <= time)?.item ?? [],
    );
  }

  /** The names that somebody waited for, as an index that is behind lists them. */
  waitedForAsOf(time: number): readonly Name[] {
    return this.#waited.findLast(({ from }) => from <= time)?.names ?? [];
  }

  /** The run that has the lease. */
  get holder(): string | undefined {
    return this.#holder;
  }

  /** How far incremental runs have come, ms of Clerk's `updated_at`; 0 before the first full run. */
  get updatedAt(): number {
    return this.#updatedAt;
  }

  #listing(roster: MemoryRosterStore): MemoryRosterStore {
    const note = ({ email, after }: RosterChange): void => {
      if (after) this.entries.set(email, after);
      else this.entries.delete(email);
    };
    return {
      ...roster,
      make: (change) => {
        roster.make(change);
        note(change);
      },
      change: async (change, own) => {
        const isDone = await roster.change(change, own);
        if (isDone) note(change);
        return isDone;
      },
    };
  }

  #audited(audit: AuditStore): AuditStore {
    return {
      ...audit,
      record: (entry) => {
        this.audited.set(entry.id, entry);
        return audit.record(entry);
      },
    };
  }

  #kept(watermark: WatermarkStore): WatermarkStore {
    return {
      ...watermark,
      advance: async (to) => {
        await watermark.advance(to);
        this.#updatedAt = (await watermark.get())?.updatedAt ?? 0;
      },
    };
  }

  #watched(lease: MemoryLeaseStore): MemoryLeaseStore {
    return {
      ...lease,
      take: async (taker, until) => {
        const taken = await lease.take(taker, until);
        this.#holder = taken.holder;
        return taken;
      },
      release: (held) => {
        if (lease.isHeld(held)) this.#holder = undefined;
        return lease.release(held);
      },
    };
  }

  #listed(): readonly Name[] {
    return this.store.reservations().flatMap(({ name, isListed }) => (isListed ? [name] : []));
  }
}
