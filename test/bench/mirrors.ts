import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createDynamoDbInstanceStore } from '../../shared/adapters/dynamodb/instance-store.ts';
import { createDynamoDbUserStore } from '../../shared/adapters/dynamodb/user-store.ts';
import { createMemoryLog } from '../../shared/adapters/memory/log.ts';
import { createMemoryMetrics } from '../../shared/adapters/memory/metrics.ts';
import { systemClock } from '../../shared/adapters/system/clock.ts';
import { createSystemRandom } from '../../shared/adapters/system/random.ts';
import { systemTimers } from '../../shared/adapters/system/timers.ts';
import type { Snapshot } from '../../shared/domain/snapshot.ts';
import type { SyncDependencies } from '../../shared/sync/apply-snapshot.ts';
import { applySnapshot } from '../../shared/sync/apply-snapshot.ts';
import type { BenchUser } from './user.ts';

/** A subject's table seen from beside: what its webhook would have put into it, and what the authorizer has left there. */
export interface Mirror {
  put(user: BenchUser): Promise<void>;
  /** As a deletion at Clerk leaves the user. */
  markDeleted(id: string): Promise<void>;
  /** The stored email; undefined where there is no such user. */
  emailOf(id: string): Promise<unknown>;
}

export interface MirrorTable {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
}

/** Ours, filled through the one rule. */
export function productMirror({ client, tableName }: MirrorTable): Mirror {
  const store = createDynamoDbUserStore({ client, tableName, clock: systemClock });
  const deps: SyncDependencies = {
    store,
    clock: systemClock,
    timers: systemTimers,
    random: createSystemRandom(),
    metrics: createMemoryMetrics(),
    log: createMemoryLog(),
    returningUser: 'fresh',
  };
  const apply = async (snapshot: Snapshot): Promise<void> => {
    const result = await applySnapshot(deps, snapshot, { path: 'webhook', budgetMs: 5_000 });
    if (result.status !== 'settled') throw new Error(`The bench's user could not be stored: ${result.status}.`);
  };
  return {
    put: (user) => apply(eventOf(user)),
    markDeleted: (id) => apply({ source: 'deletion', id, at: Date.now() }),
    emailOf: async (id) => (await store.get(id, { consistent: true }))?.profile.content.email,
  };
}

/** As the first run of the reconciler leaves a table of ours: the webhook need not ask Clerk whose it is. */
export async function claimTable({ client, tableName }: MirrorTable, instanceId: string): Promise<void> {
  await createDynamoDbInstanceStore({ client, tableName, clock: systemClock }).claim(instanceId);
}

function eventOf(user: BenchUser): Snapshot {
  const { id, email, firstName, lastName, imageUrl, username, externalId, banned, publicMetadata } = user;
  const kept = { username, externalId, banned, deprovisioned: false, publicMetadata, clerkCreatedAt: user.createdAt };
  return {
    source: 'event',
    id,
    profile: { email, firstName, lastName, imageUrl },
    record: { verifiedEmail: email, ...kept },
    locked: false,
    asOf: user.updatedAt,
    seenAt: user.updatedAt + 100,
  };
}

/** The peers': the same facts as plain attributes. */
export function peerMirror({ client, tableName: TableName }: MirrorTable): Mirror {
  const keyOf = (id: string): { pk: string } => ({ pk: `user#${id}` });
  return {
    async put(user) {
      const dates = { createdAt: isoTime(user.createdAt), updatedAt: isoTime(user.updatedAt) };
      await client.send(new PutCommand({ TableName, Item: { ...keyOf(user.id), ...user, ...dates } }));
    },
    async markDeleted(id) {
      const set = {
        UpdateExpression: 'SET deletedAt = :at',
        ExpressionAttributeValues: { ':at': isoTime(Date.now()) },
      };
      await client.send(new UpdateCommand({ TableName, Key: keyOf(id), ...set }));
    },
    async emailOf(id) {
      const { Item } = await client.send(new GetCommand({ TableName, Key: keyOf(id), ConsistentRead: true }));
      const email: unknown = Item?.['email'];
      return email;
    },
  };
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
