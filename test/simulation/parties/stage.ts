import { withinLimits } from '../../../shared/adapters/clerk/within-limits.ts';
import type { Log } from '../../../shared/ports/log.ts';
import type { Metrics } from '../../../shared/ports/metrics.ts';
import type { Random } from '../../../shared/ports/random.ts';
import type { StoredUser } from '../../../shared/domain/user.ts';
import type { UserDirectory } from '../../../shared/ports/user-directory.ts';
import type { SyncDependencies } from '../../../shared/sync/apply-snapshot.ts';
import type { ReturningUser } from '../../../shared/sync/names/returning-user.ts';
import type { RosterAccess } from '../../../shared/sync/roster/roster-plan.ts';
import type { FunctionName, Seams } from '../plants/plant.ts';
import { clerkPort } from '../ports/clerk-port.ts';
import type { TablePorts } from '../ports/table-port.ts';
import { tablePorts } from '../ports/table-port.ts';
import type { People } from '../world/people.ts';
import type { Party, Scheduler } from '../world/scheduler.ts';
import type { Weather } from '../world/storms.ts';
import type { SimulatedTable, Transition } from '../world/table.ts';
import type { Draws } from '../draws.ts';
import { drawsOf } from '../draws.ts';

/** Where the parties play: the world, and who is told of what they do. */
export interface Stage {
  readonly seed: number;
  readonly scheduler: Scheduler;
  readonly weather: Weather;
  readonly people: People;
  readonly table: SimulatedTable;
  readonly seams: Seams;
  readonly returningUser: ReturningUser;
  readonly count: (what: string) => void;
  readonly tell: (who: string, what: string) => void;
  readonly written: (transition: Transition, party: Party | undefined) => void;
  readonly appWritten: (user: StoredUser) => void;
  /** Whether people who were registered beforehand are linked. */
  readonly hasRoster: boolean;
  readonly absent: (id: string) => void;
  readonly shown: (ids: readonly string[], party: Party | undefined) => void;
}

/** What the wiring of each function gives its calls, ms. */
export const TIMEOUTS: Readonly<Record<FunctionName, { readonly table: number; readonly clerk: number }>> = {
  authorizer: { table: 350, clerk: 700 },
  webhook: { table: 1_500, clerk: 4_000 },
  users: { table: 3_000, clerk: 4_000 },
  changes: { table: 6_000, clerk: 5_000 },
  admin: { table: 3_000, clerk: 4_000 },
  reconciler: { table: 6_000, clerk: 10_000 },
};

export interface Parts extends SyncDependencies, TablePorts {
  readonly roster: RosterAccess;
  /** Clerk without any limit of ours. */
  readonly clerk: UserDirectory;
}

/** What every container of a function is wired from, as `functions/wiring` does it. */
export function partsOf(stage: Stage, name: FunctionName): Parts {
  const { scheduler, seams, count, returningUser } = stage;
  const timeouts = TIMEOUTS[name];
  const plain = tablePorts({ ...stage, timeoutMs: timeouts.table });
  const clerk = clerkPort({ ...stage, timeoutMs: timeouts.clerk });
  const ports = seams.ports?.(plain, name, stage.table) ?? plain;
  return {
    ...ports,
    roster: { store: ports.rosterStore, isOn: stage.hasRoster, cohort: {} },
    clerk: seams.clerk?.(clerk, name) ?? clerk,
    clock: scheduler.clock,
    timers: scheduler.timers,
    random: randomOf(stage),
    metrics: countingMetrics(count),
    log: SILENT,
    returningUser,
  };
}

/** Parts of a function on a request's path, whose calls to Clerk are limited in each container. */
export function requestPartsOf(stage: Stage, name: FunctionName): Parts & { readonly directory: UserDirectory } {
  const parts = partsOf(stage, name);
  return { ...parts, directory: withinLimits(parts.clerk, parts) };
}

/** An invocation of a container. */
export function partyOf(name: string, skewMs: number, draws: Draws): Party {
  return { name, skewMs, draws, isDead: false };
}

/** How far a container's clock is off, ms: most are right, some are off by seconds, a few by minutes. */
export function skewOf(seed: number, container: string, mostMinutes = 4): number {
  const draws = drawsOf(seed, 'skew', container);
  const kind = draws.next();
  if (kind < 0.6) return 0;
  return kind < 0.8 ? draws.between(-4_000, 4_000) : draws.between(-mostMinutes * 60_000, mostMinutes * 60_000);
}

function randomOf({ scheduler }: Stage): Random {
  let ids = 0;
  return {
    next: () => scheduler.party?.draws.next() ?? 0.5,
    id: () => {
      ids += 1;
      return [String(scheduler.now).padStart(14, '0'), scheduler.party?.name.replace('.', '-'), ids].join('-');
    },
  };
}

function countingMetrics(count: (what: string) => void): Metrics {
  return {
    record: (name, _value, dimensions = {}) => count(['metric', name, ...Object.values(dimensions)].join(' ')),
    flush: () => Promise.resolve(),
  };
}

const nothing = (): void => undefined;
const SILENT: Log = { info: nothing, warn: nothing, error: nothing };
