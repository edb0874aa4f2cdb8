import type { DirectoryUser } from '../../ports/user-directory.ts';
import type { IndexedUser, UserStore } from '../../ports/user-store.ts';
import { fingerprint } from '../fingerprint.ts';
import type { RunIdentity } from './dependencies.ts';
import type { IndexRows } from './index-rows.ts';
import { openIndexRows } from './index-rows.ts';
import type { InsideMoment, Moment } from './moment.ts';
import { momentAt, stateOf } from './moment.ts';
import type { SuspectSpool } from './suspects.ts';
import type { Reached } from './walk-progress.ts';

/**
 * A user of Clerk's list whom the table does not have, has differently, or has had written since the run began; and every user
 * of a large moment, since nobody knows before the item is read.
 */
export interface Difference {
  readonly user: DirectoryUser;
  readonly moment: Moment;
  /** The table's user, as far as the index tells: that she differs is all that is known. */
  readonly row: IndexedUser | undefined;
}

/** What came of a page of the list. */
export interface Compared {
  readonly differences: readonly Difference[];
  /** Where the comparison stopped before the last user: the creation time to go on from, ms. */
  readonly left: number | undefined;
}

/** The moment that the next user of the list may still belong to. */
interface OpenMoment {
  readonly moment: Moment;
  /** The table's users of this time whom the list has not shown yet; none of a large moment. */
  readonly rows: Map<string, IndexedUser>;
}

/** What two lists are compared, and how. */
export interface ComparisonOptions {
  /** Where both lists begin: users created at or after this time, ms. */
  readonly from: number;
  /** Where both end, ms, exclusive; undefined for all. */
  readonly until: number | undefined;
  /** What an earlier chunk has seen of the users created at `from`. */
  readonly inside: InsideMoment | undefined;
  /** Users of one creation time above which they are not held in memory. */
  readonly largeMoment: number;
  /**
   * When the run began: who has been written since may be the work of an attempt that was cut off; and whether it looks at
   * everybody, whatever the index says.
   */
  readonly run: Pick<RunIdentity, 'startedAt' | 'force'>;
}

/** A run goes on in processes whose clocks differ, by less than this, ms. */
const CLOCKS_DIFFER_MS = 1_000;

/** Rows taken from the index at a time while they are all suspects. */
const BATCH = 1_000;

/**
 * Clerk's list beside the index. Only the rows of one creation time are in memory, and not even those when they are very many;
 * Clerk's users pass by. What the table has and the list has not becomes a suspect.
 */
export class Comparison {
  readonly #store: UserStore;
  readonly #spool: SuspectSpool;
  readonly #options: ComparisonOptions;
  readonly #recent: number;
  #index: IndexRows;
  #open: OpenMoment | undefined;
  #closed: Moment[] = [];

  constructor(store: UserStore, spool: SuspectSpool, options: ComparisonOptions) {
    const { from, until, inside, run } = options;
    this.#store = store;
    this.#spool = spool;
    this.#options = options;
    this.#recent = run.startedAt - CLOCKS_DIFFER_MS;
    this.#index = openIndexRows(store, inside ? from + 1 : from, until);
    if (inside) this.#open = { moment: momentAt(from, inside), rows: new Map() };
  }

  /**
   * Compares the next users of the list, ascending by creation time. Whom the table has between two of them is a suspect.
   *
   * @param enough asked now and then, while there are such, whether to stop and go on from this creation time (ms) later
   */
  async compare(users: readonly DirectoryUser[], enough: (from: number) => boolean): Promise<Compared> {
    const differences: Difference[] = [];
    for (const user of users) {
      const open = await this.#momentOf(user.record.clerkCreatedAt, enough);
      if (typeof open === 'number') return { differences, left: open };
      const { moment, rows } = open;
      const row = rows.get(user.id);
      rows.delete(user.id);
      moment.listed += 1;
      const isSame = row?.fingerprint === fingerprint(user.profile, user.record) && !this.#mustLook(row);
      if (isSame) moment.live += 1;
      else differences.push({ user, moment, row });
      if (moment.listed > this.#options.largeMoment) enlarge({ moment, rows });
    }
    return { differences, left: undefined };
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

  /**
   * Where the comparison can go on from, when everything compared so far has been settled.
   *
   * @param cursor the last user compared
   * @returns undefined when nothing has been compared yet
   */
  reached(cursor: string): Reached | undefined {
    const moment = this.#open?.moment;
    if (!moment) return undefined;
    return { from: moment.time, ...(moment.isLarge && { inside: stateOf(moment, cursor) }) };
  }

  /**
   * The list has ended: whatever the table has beyond it is a suspect.
   *
   * @param enough asked now and then whether to stop and go on from this creation time (ms) later
   * @returns undefined at the end of the index, else the creation time to go on from, ms
   */
  finish(enough: (from: number) => boolean): Promise<number | undefined> {
    return this.#passTo(Number.POSITIVE_INFINITY, enough);
  }

  /** Lets go of the index. */
  async release(): Promise<void> {
    await this.#index.close();
  }

  #mustLook({ profileVersion, recordVersion }: IndexedUser): boolean {
    const { force = false } = this.#options.run;
    return force || Math.max(profileVersion.seenAt, recordVersion?.seenAt ?? 0) >= this.#recent;
  }

  /** @returns the moment of that time, or the creation time to go on from where there is too much before it, ms */
  async #momentOf(time: number, enough: (from: number) => boolean): Promise<OpenMoment | number> {
    if (this.#open?.moment.time === time) return this.#open;
    const left = await this.#passTo(time, enough);
    if (left !== undefined) return left;
    const { largeMoment, until } = this.#options;
    const rows = await this.#index.takeAt(time, largeMoment + 1);
    const open = { moment: momentAt(time), rows: new Map(rows.map((row) => [row.id, row])) };
    if (rows.length > largeMoment) {
      enlarge(open);
      // The others of this time are not even read: they are counted at its end.
      await this.#index.close();
      this.#index = openIndexRows(this.#store, time + 1, until);
    }
    this.#open = open;
    return open;
  }

  /** Whom the table has up to a time, and the list has not, is a suspect. @returns where `enough` has stopped it, ms */
  async #passTo(time: number, enough: (from: number) => boolean): Promise<number | undefined> {
    await this.#close();
    for (;;) {
      const last = await this.#suspectBefore(time);
      if (last === undefined || enough(last)) return last;
    }
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

/** From here on nobody of this moment is remembered. */
function enlarge({ moment, rows }: OpenMoment): void {
  moment.isLarge = true;
  rows.clear();
}
