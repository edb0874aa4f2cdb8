import { createUserDirectory } from '../../shared/adapters/clerk/user-directory.ts';
import type { CallLimits } from '../../shared/adapters/clerk/within-limits.ts';
import { withinLimits } from '../../shared/adapters/clerk/within-limits.ts';
import { createEmbeddedMetrics } from '../../shared/adapters/cloudwatch/embedded-metrics.ts';
import type { LateLog } from '../../shared/adapters/cloudwatch/late-log.ts';
import { createLateLog } from '../../shared/adapters/cloudwatch/late-log.ts';
import type { ClientLimits } from '../../shared/adapters/dynamodb/client.ts';
import { createDynamoDbClient } from '../../shared/adapters/dynamodb/client.ts';
import { createDynamoDbRosterStore } from '../../shared/adapters/dynamodb/roster-store.ts';
import type { TableAccess } from '../../shared/adapters/dynamodb/table-access.ts';
import { createDynamoDbUserStore } from '../../shared/adapters/dynamodb/user-store.ts';
import type { Secrets } from '../../shared/adapters/secrets/parse-secrets.ts';
import type { Rereadable } from '../../shared/adapters/secrets/secrets.ts';
import { pick } from '../../shared/adapters/secrets/secrets.ts';
import { systemClock } from '../../shared/adapters/system/clock.ts';
import { createSystemRandom } from '../../shared/adapters/system/random.ts';
import { systemTimers } from '../../shared/adapters/system/timers.ts';
import type { SyncConfig } from '../../shared/config/config.ts';
import type { UserDirectory } from '../../shared/ports/user-directory.ts';
import type { SyncDependencies } from '../../shared/sync/apply-snapshot.ts';
import { clerkSecrets } from './clerk-secrets.ts';

/** What every function on a request path is wired from. */
export interface RequestParts extends SyncDependencies {
  readonly log: LateLog;
  readonly directory: UserDirectory;
  readonly table: TableAccess;
  readonly secrets: Rereadable<Secrets>;
}

export interface RequestLimits {
  readonly table: ClientLimits;
  /** Time for one call to Clerk, ms. */
  readonly clerkTimeoutMs: number;
  /** What the container asks of Clerk at most, where that is not what `withinLimits` has for signed-in users. */
  readonly clerkCalls?: CallLimits;
}

/** Wires a function that somebody waits for: bounded calls to the table and to Clerk, metrics embedded in the log. */
export function requestParts(service: string, config: SyncConfig, limits: RequestLimits): RequestParts {
  const clock = systemClock;
  const timers = systemTimers;
  const secrets = clerkSecrets(config.secrets, { clock, timers });
  const secretKey = pick(secrets, (held) => held.secretKey);
  const log = createLateLog({ service, level: config.logLevel });
  const directory = createUserDirectory({
    apiUrl: config.clerkApiUrl,
    secretKey: () => secretKey.current(),
    rereadSecretKey: () => secretKey.reread(),
    timers,
    timeoutMs: limits.clerkTimeoutMs,
  });
  const table = { client: createDynamoDbClient(limits.table), tableName: config.tableName, clock };
  return {
    clock,
    timers,
    random: createSystemRandom(),
    log,
    metrics: createEmbeddedMetrics({ stackName: config.stackName }),
    store: createDynamoDbUserStore(table),
    returningUser: config.returningUser,
    ...(config.roster && { roster: { ...config.roster, store: createDynamoDbRosterStore(table), isOn: true } }),
    table,
    secrets,
    directory: withinLimits(directory, { clock, log, ...(limits.clerkCalls && { allowance: limits.clerkCalls }) }),
  };
}
