import type { DirectoryUser } from '../../ports/user-directory.ts';
import type { IndexedUser, UserStore } from '../../ports/user-store.ts';
import { fingerprint, isOfWaiting } from '../fingerprint.ts';
import type { ChangeCounter } from './changes.ts';
import { createChangeCounter } from './changes.ts';
import type { RunIdentity } from './dependencies.ts';
import type { IndexRows } from './index-rows.ts';
import { openIndexRows } from './index-rows.ts';
import type { SuspectSpool } from './suspects.ts';

/** Users of one creation time. Clerk's order among them is its own, so they are compared as a set. */
export interface Moment {
  /** ms. */
  readonly time: number;
  /** Users that Clerk's list has. */
  listed: number;
  /** Those of them who are live in the table. */
  live: number;
  /** What was found of them: it counts once the moment is complete, since the users of an unfinished one are met again. */
  readonly changes: ChangeCounter;
}

/** A user of Clerk's list whom the table does not have, has differently, or has had written since the run began. */
export interface Difference {
  readonly user: DirectoryUser;
  readonly moment: Moment;
  /** Whether the table has the user: that it differs is all that is known. */
  readonly stored: boolean;
  /** Whether the table has her waiting for a name: then she may not differ at all. */
  readonly isWaiting: boolean;
}

/** The moment that the next user of the list may still belong to. */
interface OpenMoment {
  readonly moment: Moment;
  /** The table's users of this time whom the list has not shown yet. */
  readonly rows: Map<string, IndexedUser>;
}

/** A run goes on in processes whose clocks differ, by less than this, ms. */
const CLOCKS_DIFFER_MS = 1_000;

/** Rows taken from the index at a time while they are all suspects. */
const BATCH = 1_000;

/**
 * Clerk's list beside the index. Only the rows of one creation time are in memory; Clerk's users pass by.
 * What the table has and the list has not becomes a suspect.
 */
export class Comparison {
  readonly #index: IndexRows;
  readonly #spool: SuspectSpool;
  readonly #recent: number;
  readonly #isForced: boolean;
  #open: OpenMoment | undefined;
  #closed: Moment[] = [];

  /**
   * @param from where both lists begin: users created at or after this time, ms
   * @param run when it began: who has been written since may be the work of an attempt that was cut off; and whether it looks
   * at everybody, whatever the index says
   */
  constructor(store: UserStore, from: number, run: Pick<RunIdentity, 'startedAt' | 'force'>, spool: SuspectSpool) {
    this.#index = openIndexRows(store, from);
    this.#spool = spool;
    this.#recent = run.startedAt - CLOCKS_DIFFER_MS;
    this.#isForced = run.force ?? false;
  }

  /** Compares the next users of the list, ascending by creation time. */
  async compare(users: readonly DirectoryUser[]): Promise<readonly Difference[]> {
    const differences: Difference[] = [];
    for (const user of users) {
      const { moment, rows } = await this.#momentAt(user.record.clerkCreatedAt);
      const stored = rows.get(user.id);
      rows.delete(user.id);
      moment.listed += 1;
      const isSame = stored?.fingerprint === fingerprint(user.profile, user.record);
      if (isSame && !this.#mustLook(stored)) moment.live += 1;
      else
        differences.push({ user, moment, stored: stored !== undefined, isWaiting: isOfWaiting(stored?.fingerprint) });
    }
    return differences;
  }

  /** Hands over the moments that are complete since the last call. */
  takeClosed(): readonly Moment[] {
    const taken = this.#closed;
    this.#closed = [];
    return taken;
  }

  /** The moments that have not been handed over: whoever goes on meets their users again. */
  unfinished(): readonly Moment[] {
    return this.#open ? [...this.#closed, this.#open.moment] : this.#closed;
  }

  /** The creation time that the next user of the list may still have, ms; undefined when no moment is open. */
  openTime(): number | undefined {
    return this.#open?.moment.time;
  }

  /**
   * The list has ended: whatever the table has beyond it is a suspect.
   *
   * @param enough asked now and then whether to stop and go on from this creation time (ms) later
   * @returns undefined at the end of the index, else the creation time to go on from, ms
   */
  async finish(enough: (from: number) => boolean): Promise<number | undefined> {
    await this.#close();
    for (;;) {
      const last = await this.#suspectBefore(Number.POSITIVE_INFINITY);
      if (last === undefined || enough(last)) return last;
    }
  }

  /** Lets go of the index. */
  async release(): Promise<void> {
    await this.#index.close();
  }

  #mustLook({ profileVersion, recordVersion }: IndexedUser): boolean {
    return this.#isForced || Math.max(profileVersion.seenAt, recordVersion?.seenAt ?? 0) >= this.#recent;
  }

  async #momentAt(time: number): Promise<OpenMoment> {
    if (this.#open?.moment.time === time) return this.#open;
    await this.#close();
    while ((await this.#suspectBefore(time)) !== undefined);
    const rows = await this.#index.takeAt(time);
    const byId = new Map(rows.map((row) => [row.id, row]));
    this.#open = { moment: { time, listed: 0, live: 0, changes: createChangeCounter() }, rows: byId };
    return this.#open;
  }

  async #close(): Promise<void> {
    if (!this.#open) return;
    await this.#spool.add([...this.#open.rows.keys()]);
    this.#closed.push(this.#open.moment);
    this.#open = undefined;
  }

  /** @returns the creation time of the last user found, ms; undefined when there was none */
  async #suspectBefore(time: number): Promise<number | undefined> {
    const rows = await this.#index.takeBefore(time, BATCH);
    await this.#spool.add(rows.map(({ id }) => id));
    return rows.at(-1)?.clerkCreatedAt;
  }
}
