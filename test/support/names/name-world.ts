import { DeleteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { createDynamoDbUserStore } from '../../../shared/adapters/dynamodb/user-store.ts';
import { createMemoryLog } from '../../../shared/adapters/memory/log.ts';
import { createMemoryMetrics } from '../../../shared/adapters/memory/metrics.ts';
import { createMemoryUserDirectory } from '../../../shared/adapters/memory/user-directory.ts';
import { systemClock } from '../../../shared/adapters/system/clock.ts';
import { createSystemRandom } from '../../../shared/adapters/system/random.ts';
import { systemTimers } from '../../../shared/adapters/system/timers.ts';
import type { JsonObject } from '../../../shared/domain/json.ts';
import type { Name } from '../../../shared/domain/names.ts';
import type { Snapshot } from '../../../shared/domain/snapshot.ts';
import type { Profile, StoredUser, UserRecord } from '../../../shared/domain/user.ts';
import type { DirectoryUser } from '../../../shared/ports/user-directory.ts';
import type { UserStore } from '../../../shared/ports/user-store.ts';
import type { SyncResult } from '../../../shared/sync/apply-snapshot.ts';
import { applySnapshot } from '../../../shared/sync/apply-snapshot.ts';
import type { ResolveDependencies } from '../../../shared/sync/names/resolve-name.ts';
import { resolveName } from '../../../shared/sync/names/resolve-name.ts';
import type { ReturningUser } from '../../../shared/sync/names/returning-user.ts';
import { all } from '../contracts/user-store.ts';
import type { TestTables } from '../dynamodb/test-tables.ts';
import type { NameAudit } from './audit.ts';
import { auditNames, scanTable } from './audit.ts';

/** Clerk's `updated_at` of the first state of everybody in these tests, ms. */
export const BEGIN = Date.UTC(2026, 4, 1, 12, 0, 0, 1);

/** Clerk in memory and a real table, and what Clerk's events do to it. */
export interface NameWorld {
  readonly deps: ResolveDependencies;
  readonly tableName: string;
  readonly directory: ReturnType<typeof createMemoryUserDirectory>;
  readonly metrics: ReturnType<typeof createMemoryMetrics>;
  readonly log: ReturnType<typeof createMemoryLog>;
  readonly store: UserStore;
  /** Sends Clerk's present word on a user as an event. */
  announce(user: DirectoryUser): Promise<SyncResult>;
  apply(snapshot: Snapshot): Promise<SyncResult>;
  get(id: string): Promise<StoredUser | undefined>;
  /** Resolves every name that somebody waits for, as a run does. */
  resolveAll(): Promise<void>;
  audit(): Promise<NameAudit>;
  /** Every item of the table, as it is. */
  items(): Promise<Readonly<Record<string, unknown>>[]>;
  /** Removes an item, as somebody with a console might. */
  remove(pk: string): Promise<void>;
  /** Writes `app` as the application does. */
  writeApp(id: string, app: JsonObject): Promise<void>;
}

export async function openNameWorld(
  tables: Pick<TestTables, 'client' | 'create'>,
  options: { readonly returningUser?: ReturningUser; readonly client?: TestTables['client'] } = {},
): Promise<NameWorld> {
  const tableName = await tables.create();
  const clock = systemClock;
  const store = createDynamoDbUserStore({ client: options.client ?? tables.client, tableName, clock });
  const directory = createMemoryUserDirectory();
  const metrics = createMemoryMetrics();
  const log = createMemoryLog();
  const deps: ResolveDependencies = {
    store,
    directory,
    clock,
    timers: systemTimers,
    random: createSystemRandom(),
    metrics,
    log,
    returningUser: options.returningUser ?? 'fresh',
  };
  const apply = (snapshot: Snapshot): Promise<SyncResult> =>
    applySnapshot(deps, snapshot, { path: 'webhook', budgetMs: 20_000 });
  return {
    deps,
    tableName,
    directory,
    metrics,
    log,
    store,
    apply,
    announce: (user) => apply({ source: 'event', ...user, seenAt: user.asOf + 500 }),
    get: (id) => store.get(id, { consistent: true }),
    async resolveAll() {
      for (const name of await all(store.listConflicts())) await resolveName(deps, name);
    },
    audit: async () => auditNames(await scanTable(tables.client, tableName)),
    items: () => scanTable(tables.client, tableName),
    remove: async (pk) => {
      await tables.client.send(new DeleteCommand({ TableName: tableName, Key: { pk } }));
    },
    writeApp: async (id, app) => {
      const command = new UpdateCommand({
        TableName: tableName,
        Key: { pk: `user#${id}` },
        UpdateExpression: 'SET app = :app',
        ExpressionAttributeValues: { ':app': app },
      });
      await tables.client.send(command);
    },
  };
}

/** A user of Clerk's with a verified email. */
export function person(
  id: string,
  email: string | null,
  over: { readonly asOf?: number; readonly profile?: Partial<Profile>; readonly record?: Partial<UserRecord> } = {},
): DirectoryUser {
  return {
    id,
    profile: { email, firstName: id, lastName: null, imageUrl: null, ...over.profile },
    record: {
      verifiedEmail: email?.toLowerCase() ?? null,
      username: null,
      externalId: null,
      banned: false,
      deprovisioned: false,
      publicMetadata: {},
      clerkCreatedAt: BEGIN - 86_400_000,
      ...over.record,
    },
    locked: false,
    asOf: over.asOf ?? BEGIN,
  };
}

export function emailName(value: string): Name {
  return { kind: 'email', value };
}

export function username(value: string): Name {
  return { kind: 'username', value };
}
