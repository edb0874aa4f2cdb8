import type { Name } from '../../../shared/domain/names.ts';
import type { AppReading, AppStore } from '../../../shared/ports/app-store.ts';
import type { StoredUser } from '../../../shared/domain/user.ts';
import type { InstanceStore } from '../../../shared/ports/instance-store.ts';
import type { LeaseStore } from '../../../shared/ports/lease-store.ts';
import type { Quarantine } from '../../../shared/ports/quarantine.ts';
import type { RosterStore } from '../../../shared/ports/roster-store.ts';
import type { RunStore } from '../../../shared/ports/run-store.ts';
import type { CallOptions, UserStore, UserWrite } from '../../../shared/ports/user-store.ts';
import { StoreUnavailable } from '../../../shared/ports/user-store.ts';
import type { WatermarkStore } from '../../../shared/ports/watermark-store.ts';
import type { Draws } from '../draws.ts';
import type { Party } from '../world/scheduler.ts';
import type { SimulatedTable, Transition } from '../world/table.ts';
import type { CallDependencies } from './call.ts';
import { send } from './call.ts';
import type { Through } from './listed.ts';
import { listed } from './listed.ts';
import { countOf, indexAsOf } from './table-index.ts';

export interface TablePortOptions extends CallDependencies {
  readonly table: SimulatedTable;
  /** What the function's adapter gives a call, ms, and how often it repeats one. */
  readonly timeoutMs: number;
  /** Told of every write that was applied, whether or not anybody has heard of it. */
  readonly written: (transition: Transition, party: Party | undefined) => void;
  /** Told of every change that a user herself has made to her attributes. */
  readonly appWritten: (user: StoredUser) => void;
}

export interface TablePorts {
  readonly store: UserStore;
  readonly runs: RunStore;
  readonly lease: LeaseStore;
  readonly instance: InstanceStore;
  readonly quarantine: Quarantine;
  readonly watermark: WatermarkStore;
  readonly rosterStore: RosterStore;
  readonly apps: AppStore;
}

/** Months of a count that pass between two points where others may go on: nearly all of the 700 since 1970 are empty. */
const MONTHS_OF_PAGE = 100;

/** An item read by key without consistency is at most this old, ms, and the index at most this far behind. */
export const STALE_MS = 2_000;
const INDEX_LAG_MS = 10_000;

/** The table as a function sees it: over a network, and now and then behind. */
export function tablePorts(options: TablePortOptions): TablePorts {
  const { table, weather, scheduler, count } = options;
  const call = <T>(isWrite: boolean, own: CallOptions | undefined, apply: () => Promise<T>): Promise<T> =>
    send(options, {
      to: 'table',
      isWrite,
      signal: own?.signal,
      timeoutMs: options.timeoutMs,
      apply,
      unavailable: (why) => new StoreUnavailable(`The table did not answer (${why}).`),
      refused: (why) => new StoreUnavailable(`The table refused (${why}).`),
    });
  const read = <T>(own: CallOptions | undefined, apply: () => Promise<T>): Promise<T> => call(false, own, apply);
  const change = <T>(own: CallOptions | undefined, apply: () => Promise<T>): Promise<T> => call(true, own, apply);
  const lag = (storm: 'stale-reads' | 'index-lag', most: number): number | undefined => {
    const draws: Draws | undefined = scheduler.party?.draws;
    if (!draws || !weather.strikes(storm, draws)) return undefined;
    count(`fault ${storm}`);
    return scheduler.now - draws.between(1, most);
  };
  return {
    store: userStore(options, { read, change, lag }),
    runs: runStore(table.runs, read, change),
    lease: {
      take: (holder, until) => change(undefined, () => table.lease.take(holder, until)),
      keep: (lease, until) => change(undefined, () => table.lease.keep(lease, until)),
      release: (lease) => change(undefined, () => table.lease.release(lease)),
    },
    instance: {
      claim: (id) => change(undefined, () => table.instance.claim(id)),
      get: () => read(undefined, () => table.instance.get()),
    },
    quarantine: {
      put: (event) => change(undefined, () => table.quarantine.put(event)),
      get: (id) => read(undefined, () => table.quarantine.get(id)),
      list: (listing) => listed(read, undefined, () => table.quarantine.list(listing)),
      dismiss: (id) => change(undefined, () => table.quarantine.dismiss(id)),
    },
    watermark: {
      get: () => read(undefined, () => table.watermark.get()),
      advance: (to) => change(undefined, () => table.watermark.advance(to)),
    },
    rosterStore: {
      get: (email, own) => read(own, () => table.roster.get(email)),
      list: (page, own) => read(own, () => table.roster.list(page)),
      change: (entry, own) => change(own, () => table.roster.change(entry)),
      sweep: (email, own) => change(own, () => table.roster.sweep(email)),
    },
    apps: appStore(options, { read, change, lag }),
  };
}

interface Ways {
  readonly read: Through;
  readonly change: Through;
  readonly lag: (storm: 'stale-reads' | 'index-lag', most: number) => number | undefined;
}

function userStore({ table, written, scheduler }: TablePortOptions, { read, change, lag }: Ways): UserStore {
  const { store } = table;
  const noted = async <T extends { readonly status: string }>(
    writes: readonly UserWrite[],
    party: Party | undefined,
    write: () => Promise<T>,
  ): Promise<T> => {
    const before = writes.map(({ next }) => table.get(next.id));
    const result = await write();
    if (result.status === 'written') for (const transition of table.note(writes, before)) written(transition, party);
    return result;
  };
  return {
    get: (id, own = {}) => {
      const asOf = own.consistent === true ? undefined : lag('stale-reads', STALE_MS);
      return read(own, () => (asOf === undefined ? store.get(id, own) : Promise.resolve(table.asOf(id, asOf))));
    },
    write: (write, own) => {
      const { party } = scheduler;
      return change(own, () => noted([write], party, () => store.write(write)));
    },
    writeTogether: (writes, own) => {
      const { party } = scheduler;
      return change(own, () => noted(writes, party, () => store.writeTogether(writes)));
    },
    reservation: (name, own) => read(own, () => store.reservation(name)),
    find: (name, own) => read(own, () => store.find(name)),
    tidy: (reservation, leftOver, own) => change(own, () => store.tidy(reservation, leftOver)),
    listConflicts: (own) => {
      const asOf = lag('index-lag', INDEX_LAG_MS);
      return listed<Name>(read, own, () => (asOf === undefined ? store.listConflicts() : table.waitedForAsOf(asOf)));
    },
    listDeleted: (range, own) => listed(read, own, () => store.listDeleted(range)),
    listErasedInClerk: (own) => listed(read, own, () => store.listErasedInClerk()),
    countLive: (from, own) => listed(read, own, () => countOf(table, from, scheduler.now), MONTHS_OF_PAGE),
    listByCreation: (from, own = {}) => {
      const asOf = lag('index-lag', INDEX_LAG_MS);
      const { until = Number.POSITIVE_INFINITY } = own;
      return listed(read, own, () => indexAsOf(table, asOf ?? scheduler.now, (at) => at >= from && at < until));
    },
    listUnknownCreation: (own) => listed(read, own, () => store.listUnknownCreation()),
  };
}

function appStore({ table, appWritten }: TablePortOptions, { read, change }: Ways): AppStore {
  const readingOf = (reading: AppReading | undefined): AppReading | undefined =>
    reading && {
      user: reading.user,
      write: (wanted, own) =>
        change(own, async () => {
          const result = await reading.write(wanted);
          if (result.status === 'lost') return { ...result, current: readingOf(result.current) };
          appWritten(result.user);
          return result;
        }),
    };
  return { read: (id, own) => read(own, async () => readingOf(await table.store.apps.read(id))) };
}

function runStore(runs: RunStore, read: Through, change: Through): RunStore {
  return {
    save: (run) => change(undefined, () => runs.save(run)),
    saveUnstarted: (run) => change(undefined, () => runs.saveUnstarted(run)),
    get: (id) => read(undefined, () => runs.get(id)),
    list: (since) => listed(read, undefined, () => runs.list(since)),
    putSuspects: (id, piece, ids) => change(undefined, () => runs.putSuspects(id, piece, ids)),
    suspects: (id) => listed(read, undefined, () => runs.suspects(id)),
    putMarks: (times) => change(undefined, () => runs.putMarks(times)),
    marks: () => read(undefined, () => runs.marks()),
  };
}
