import { withinLimits } from '../../../shared/adapters/clerk/within-limits.ts';
import type { Context } from 'aws-lambda';
import type { Secrets } from '../../../shared/adapters/secrets/parse-secrets.ts';
import type { Rereadable } from '../../../shared/adapters/secrets/secrets.ts';
import { createSecrets } from '../../../shared/adapters/secrets/secrets.ts';
import type { AuditStore } from '../../../shared/ports/audit-store.ts';
import type { Log } from '../../../shared/ports/log.ts';
import type { Metrics } from '../../../shared/ports/metrics.ts';
import type { EventPublisher } from '../../../shared/ports/event-publisher.ts';
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
import type { Measures } from '../world/measures.ts';
import type { Party, Scheduler } from '../world/scheduler.ts';
import type { Vault } from '../world/vault.ts';
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
  /** The bus on which applications hear of changes. */
  readonly bus: EventPublisher;
  readonly returningUser: ReturningUser;
  readonly count: (what: string) => void;
  readonly tell: (who: string, what: string) => void;
  readonly written: (transition: Transition, party: Party | undefined) => void;
  readonly appWritten: (user: StoredUser) => void;
  /** Whether people who were registered beforehand are linked. */
  readonly hasRoster: boolean;
  readonly vault: Vault;
  /** What CloudWatch knows. */
  readonly measures: Measures;
  /** Where functions log: whatever nobody has foreseen is a defect. */
  readonly log: Log;
  /** Told of each token whose signature was accepted, or refused. */
  readonly signed: (token: { readonly text: string; readonly startedAt: number; readonly isAccepted: boolean }) => void;
  /** The record of administrative actions, as the table has it. */
  readonly audit: AuditStore;
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
  const { scheduler, seams, returningUser } = stage;
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
    metrics: countingMetrics(stage),
    log: stage.log,
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

/** How far a container's clock is off at most, either way. */
export const MOST_SKEW_MINUTES = 4;

/** How far a container's clock is off, ms: most are right, some are off by seconds, a few by minutes. */
export function skewOf(seed: number, container: string, mostMinutes = MOST_SKEW_MINUTES): number {
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

function countingMetrics({ count, measures }: Stage): Metrics {
  return {
    record: (name, value, dimensions = {}) => {
      count(['metric', name, ...Object.values(dimensions)].join(' '));
      measures.record(name, value, dimensions);
    },
    flush: () => Promise.resolve(),
  };
}

/** The secrets of a container, as `functions/wiring` keeps them. */
export function secretsOf({ vault, scheduler, seams }: Stage): Rereadable<Secrets> {
  const secrets = createSecrets({ source: vault.source, clock: scheduler.clock, timers: scheduler.timers });
  return seams.secrets?.(secrets) ?? secrets;
}

const nothing = (): void => undefined;

/** Errors that the functions foresee: a table, a Clerk or a bus that is away. */
const FORESEEN = new Set([
  'StoreUnavailable',
  'DirectoryUnavailable',
  'SecretsUnavailable',
  'LeaseLost',
  'ForeignInstance',
]);

/** @param isDefect told of an unexpected error that is none of those that are foreseen */
export function watchedLog(isDefect: (what: string) => void): Log {
  return {
    info: nothing,
    warn: nothing,
    error: (message, facts = {}) => {
      const { error, stack } = facts;
      if (message === 'unexpected error' && !FORESEEN.has(String(error))) isDefect(JSON.stringify({ error, stack }));
    },
  };
}

/** What Lambda hands a handler beside the event: nothing of ours reads it. */
export const CONTEXT = {} as Context;
