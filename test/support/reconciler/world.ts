import { reconcile } from '../../../functions/reconciler/reconcile.ts';
import { createMemoryLog } from '../../../shared/adapters/memory/log.ts';
import type { MemoryLog } from '../../../shared/adapters/memory/log.ts';
import { createMemoryMetrics } from '../../../shared/adapters/memory/metrics.ts';
import type { MemoryMetrics } from '../../../shared/adapters/memory/metrics.ts';
import type { ReconcileDependencies } from '../../../shared/sync/reconcile/dependencies.ts';
import type { RunSummary } from '../../../shared/sync/reconcile/summary.ts';
import { Journal } from '../../unit/reconciler/support/journal.ts';
import type { StandInUnderTest } from '../clerk/stand-in.ts';
import { startStandIn } from '../clerk/stand-in.ts';
import { identity } from '../dynamodb/test-tables.ts';
import type { TestTables } from '../dynamodb/test-tables.ts';
import type { Comparison, MirrorLocation } from '../oracle.ts';
import { compareMirror, scan } from '../oracle.ts';
import type { ClerkProxy } from './clerk-proxy.ts';
import { startClerkProxy } from './clerk-proxy.ts';
import type { WiringOptions } from './wiring.ts';
import { wireReconciler } from './wiring.ts';

export interface ReconcilerWorldOptions extends Partial<Pick<WiringOptions, 'limits' | 'maxWaitMs' | 'hurry'>> {
  readonly seed?: number;
}

/** The reconciler in this process, with the stand-in for Clerk behind a proxy and a table of a real engine: all over HTTP. */
export interface ReconcilerWorld {
  readonly standIn: StandInUnderTest;
  readonly proxy: ClerkProxy;
  readonly deps: ReconcileDependencies;
  readonly tableName: string;
  readonly metrics: MemoryMetrics;
  readonly log: MemoryLog;
  /** Waits between calls to Clerk as they were ordered, ms. */
  readonly pauses: readonly number[];
  /** A full run, to its end. */
  run(): Promise<RunSummary>;
  /** By the oracle, which asks Clerk and the engine directly. */
  compare(): Promise<Comparison>;
  /** Users whom Clerk has and the table has buried: there must be none, ever. */
  wronglyDeleted(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Clerk on this machine answers within a few ms; a test waits for one that does not. ms */
const TIMEOUT_MS = 300;

export async function startReconcilerWorld(
  tables: TestTables,
  { seed = 1, limits = {}, maxWaitMs = 5_000, hurry = 1 }: ReconcilerWorldOptions = {},
): Promise<ReconcilerWorld> {
  const tableName = await tables.create();
  const standIn = await startStandIn({ seed, rateLimit: { requests: 1_000_000, windowMs: 10_000 } });
  const proxy = await startClerkProxy(standIn.clerk.url);
  const { secretKey } = standIn.clerk;
  const parts = { metrics: createMemoryMetrics(), log: createMemoryLog() };
  const pauses: number[] = [];
  const deps = wireReconciler({
    ...parts,
    clerkUrl: proxy.url,
    secretKey,
    client: tables.client,
    tableName,
    limits,
    timeoutMs: TIMEOUT_MS,
    maxWaitMs,
    hurry,
    onPause: (ms) => pauses.push(ms),
  });
  const { region } = identity();
  const where = { clerk: standIn.clerk.url, secretKey, dynamodb: tables.url, region, tableName };
  return {
    ...parts,
    standIn,
    proxy,
    deps,
    tableName,
    pauses,
    run: () => reconcile({ mode: 'full' }, new Journal(), deps),
    compare: () => compareMirror(where),
    wronglyDeleted: () => wronglyDeleted(standIn, where),
    async close() {
      await proxy.close();
      await standIn[Symbol.asyncDispose]();
    },
  };
}

/** Of the tombstones in the table, those of users whom Clerk has when asked for each by id. */
async function wronglyDeleted(standIn: StandInUnderTest, where: MirrorLocation): Promise<readonly string[]> {
  const buried = (await scan(where))
    .filter((item) => item['deletedAt'] !== undefined)
    .map((item) => String(item['id']));
  const answers = await Promise.all(buried.map((id) => standIn.api('GET', `/users/${id}`)));
  return buried.filter((_id, at) => answers[at]?.status !== 404);
}
