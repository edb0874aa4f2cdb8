import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import { listen } from '../../../infra/local/http/server.ts';
import type { DurableOutcome } from '../../../infra/local/durable/index.ts';
import { identity } from '../dynamodb/test-tables.ts';
import type { TestTables } from '../dynamodb/test-tables.ts';
import { scan } from '../oracle.ts';
import type { DurableHost } from './durable-host.ts';
import { startDurableHost } from './durable-host.ts';
import type { MortalFunction } from './mortal-function.ts';
import { bundleFunction } from './mortal-function.ts';
import type { ReconcilerWorld } from './world.ts';
import { startReconcilerWorld } from './world.ts';

/** The reconciler's bundle in processes that can be killed, under the local durable service, between Clerk and a table. */
export interface MortalWorld extends Pick<ReconcilerWorld, 'proxy' | 'compare' | 'wronglyDeleted'> {
  readonly durable: DurableHost;
  readonly reconciler: MortalFunction;
  /** Names of the metrics that CloudWatch was given. */
  readonly metrics: readonly string[];
  /** Starts a full run. Resolves when its execution has ended. */
  run(): Promise<DurableOutcome>;
  /** Puts drift of every kind that a run counts between Clerk and the table. @returns what a run has to answer */
  drift(): Promise<object>;
  /** How often users have been written, by their revisions. */
  userWrites(): Promise<number>;
  /** The states of all runs that the table remembers, by their ids. */
  runs(): Promise<ReadonlyMap<string, unknown>>;
  close(): Promise<void>;
}

const LOST = 12;
const NEW = 8;
const CHANGED = 10;
const DELETED = 2;
/** After so many of a test's runs nobody goes any more: the runs of one day may delete twenty users. */
const RUNS_WITH_DELETIONS = 9;

/** @param entry from the root of the repository */
export async function startMortalWorld(tables: TestTables, entry: string, users: number): Promise<MortalWorld> {
  const world = await startReconcilerWorld(tables);
  const durable = await startDurableHost(0.01);
  const cloudWatch = await startCloudWatch();
  const reconciler = bundleFunction(entry, {
    TABLE_NAME: world.tableName,
    METRICS_STACK: 'contract',
    CLERK_API_URL: world.proxy.url,
    CLERK_SECRET_KEY: world.standIn.clerk.secretKey,
    CLERK_SHARE: '1',
    AWS_REGION: identity().region,
    AWS_ACCESS_KEY_ID: process.env['AWS_ACCESS_KEY_ID'] ?? 'local',
    AWS_SECRET_ACCESS_KEY: process.env['AWS_SECRET_ACCESS_KEY'] ?? 'local',
    AWS_ENDPOINT_URL_DYNAMODB: tables.url,
    AWS_ENDPOINT_URL_CLOUDWATCH: cloudWatch.url,
    AWS_ENDPOINT_URL_LAMBDA: durable.url,
  });
  durable.invoke = (event) => reconciler.invoke(event);
  const { region } = identity();
  const items = () => scan({ dynamodb: tables.url, region, tableName: world.tableName });
  const drifting = new Drift(world, tables);
  await drifting.importUsers(users);
  return {
    ...world,
    durable,
    reconciler,
    metrics: cloudWatch.metrics,
    run: () => durable.execute({ mode: 'full' }),
    drift: () => drifting.plant(),
    async userWrites() {
      const revisions = (await items()).filter(({ pk }) => String(pk).startsWith('user#'));
      return revisions.reduce((sum, { revision }) => sum + Number(revision), 0);
    },
    async runs() {
      const runs = (await items()).filter(({ pk }) => String(pk).startsWith('run#'));
      return new Map(runs.map(({ id, status }) => [String(id), status]));
    },
    async close() {
      reconciler.kill();
      reconciler.close();
      await durable.close();
      await cloudWatch.close();
      await world.close();
    },
  };
}

/** Users who are lost from the table, come, change and go, each time others. */
class Drift {
  readonly #world: ReconcilerWorld;
  readonly #tables: TestTables;
  readonly #ids: string[] = [];
  #imported = 0;
  #planted = 0;

  constructor(world: ReconcilerWorld, tables: TestTables) {
    this.#world = world;
    this.#tables = tables;
  }

  async plant(): Promise<object> {
    this.#planted += 1;
    const deleted = this.#planted <= RUNS_WITH_DELETIONS ? DELETED : 0;
    const { client } = this.#tables;
    const { tableName: TableName, standIn } = this.#world;
    const { users } = standIn.client;
    for (const id of this.#spread(LOST, 1))
      await client.send(new DeleteCommand({ TableName, Key: { pk: `user#${id}` } }));
    for (const id of this.#spread(CHANGED, 2)) await users.updateUser(id, { lastName: `Changed ${this.#planted}` });
    for (const id of this.#spread(deleted, 3)) {
      await users.deleteUser(id);
      this.#ids.splice(this.#ids.indexOf(id), 1);
    }
    await this.importUsers(NEW);
    const { length: live } = this.#ids;
    const counts = { created: LOST + NEW, updated: CHANGED, deleted, restored: 0, suspects: deleted };
    return { status: 'repaired', ...counts, clerkUsers: live, storedUsers: live, drift: { lastName: CHANGED } };
  }

  async importUsers(count: number): Promise<void> {
    const users = Array.from({ length: count }, (_, n) => ({
      email_address: [`person${this.#imported + n}@example.com`],
      created_at: Date.UTC(2026, 0, 1) + (this.#imported + n) * 3_600_000,
    }));
    this.#imported += count;
    const { body } = await this.#world.standIn.control('POST', '/users/import', { users });
    this.#ids.push(...(body as { ids: string[] }).ids);
  }

  /** Users from all over the list; the three sorts do not overlap. */
  #spread(count: number, sort: 1 | 2 | 3): readonly string[] {
    const step = Math.floor(this.#ids.length / (count + 1));
    return Array.from({ length: count }, (_, n) => this.#ids[3 * Math.floor((step * (n + 1)) / 3) + sort - 1] ?? '');
  }
}

interface FakeCloudWatch {
  readonly url: string;
  readonly metrics: readonly string[];
  close(): Promise<void>;
}

async function startCloudWatch(): Promise<FakeCloudWatch> {
  const metrics: string[] = [];
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { MetricData } = (await json(request)) as { MetricData: readonly { readonly MetricName: string }[] };
    metrics.push(...MetricData.map(({ MetricName }) => MetricName));
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end('{}');
  };
  const server = createServer((request, response) => void take(request, response));
  const listener = await listen(server);
  return { url: listener.url, metrics, close: () => listener.close() };
}
