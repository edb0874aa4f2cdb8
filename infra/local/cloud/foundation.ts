import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDurableService } from '../durable/index.ts';
import type { DurableService } from '../durable/index.ts';
import { startDynamoDbEngine } from '../dynamodb/engine.ts';
import type { DynamoDbEngine } from '../dynamodb/engine.ts';
import { startFaultyEndpoint } from '../dynamodb/faulty-endpoint.ts';
import type { FaultyEndpoint } from '../dynamodb/faulty-endpoint.ts';
import type { Alarms } from './alarms/alarms.ts';
import type { Closers } from './closers.ts';
import { AS_ON_AWS } from './control/store.ts';
import { tableDefinitions } from './dynamodb/definition.ts';
import type { TableDefinition } from './dynamodb/definition.ts';
import { createTables } from './dynamodb/tables.ts';
import { EventBuses } from './events/buses.ts';
import { DeadLetters } from './lambda/dead-letters.ts';
import { Functions } from './lambda/functions.ts';
import { Invoker, refusalAsResult } from './lambda/invoker.ts';
import { LambdaMetrics } from './lambda/metrics.ts';
import type { Observer } from './observer.ts';
import type { LocalCloudOptions } from './options.ts';
import { Queues } from './queues.ts';
import { cloudWatch } from './services/cloudwatch.ts';
import { dynamoDbStreams } from './services/dynamodb-streams.ts';
import { eventBridge } from './services/eventbridge.ts';
import type { LambdaApi } from './services/lambda.ts';
import { SecretStore } from './services/secret-store.ts';
import { createSecrets, secretsManager } from './services/secrets-manager.ts';
import { serveServices } from './services/server.ts';
import type { ServicesOptions } from './services/server.ts';
import { sqs } from './services/sqs.ts';
import type { Stack } from './template/stack.ts';

export interface FoundationOptions {
  readonly cloud: LocalCloudOptions;
  readonly stack: Stack;
  readonly observer: Observer;
  readonly closers: Closers;
  /** Puts local URLs in place of deployed ones. */
  readonly localise: (text: string) => string;
  readonly alarms: Pick<Alarms, 'views'>;
}

/** What everything else stands on: tables, services and functions. */
export interface Foundation {
  /** Of the tables: its own endpoint is for tools, not for functions. */
  readonly engine: DynamoDbEngine;
  /** What stands between functions and the engine. */
  readonly store: FaultyEndpoint;
  readonly servicesUrl: string;
  readonly buses: EventBuses;
  readonly functions: Functions;
  readonly invoker: Invoker;
  readonly lambdaMetrics: LambdaMetrics;
  readonly queues: Queues;
  readonly deadLetters: DeadLetters;
}

const TABLE_FILE = 'dynamodb.sqlite';

/** Starts them in the order in which they need each other. */
export async function startFoundation(options: FoundationOptions): Promise<Foundation> {
  const { cloud, stack, observer, closers, localise } = options;
  const { region } = stack;
  if (cloud.dataDirectory !== undefined) mkdirSync(cloud.dataDirectory, { recursive: true });
  const engine = await startTables(options);
  const store = await startStore(engine.url, closers);
  const late: { lambda?: LambdaApi; durable?: DurableService } = {};
  const buses = new EventBuses(stack);
  const queues = new Queues(stack, observer.metrics);
  const tableStreams = dynamoDbStreams(engine.url, region);
  closers.add(() => tableStreams.close());
  const services = await serveServices({
    targets: new Map([
      ...serviceTargets(options, buses),
      ['AmazonSQS', sqs(queues)],
      ['DynamoDBStreams_20120810', tableStreams.operations],
    ]),
    cloudFormation: { stack, outputs: () => stack.outputs() },
    lambda: () => started(late.lambda),
    durable: () => started(late.durable),
    ...(cloud.host === undefined ? {} : { host: cloud.host }),
  });
  closers.add(() => services.close());
  const host = {
    region,
    dynamodbUrl: store.url,
    servicesUrl: services.url,
    overrides: cloud.environment ?? {},
    localise,
  };
  const lambdaMetrics = new LambdaMetrics(observer.metrics, () => cloud.clock.now());
  const functions = new Functions(stack, host, observer.log, lambdaMetrics);
  closers.add(() => functions.close());
  const durable = await startDurable(options, functions);
  const invoker = new Invoker(functions, durable);
  const deadLetters = new DeadLetters(functions, queues, observer);
  Object.assign(late, { durable, lambda: { functions, invoker, deadLetters } });
  return { engine, store, servicesUrl: services.url, buses, functions, invoker, lambdaMetrics, queues, deadLetters };
}

/** Functions run only after the start, so nobody asks for one of these before it is there. */
function started<T>(part: T | undefined): T {
  if (part === undefined) throw new Error('The local cloud is still starting.');
  return part;
}

async function startTables({ cloud, stack, closers }: FoundationOptions): Promise<DynamoDbEngine> {
  const tables = tableDefinitions(stack);
  const dataFile = tableFile(cloud, tables, closers);
  const engine = await startDynamoDbEngine(dataFile === undefined ? {} : { dataFile });
  closers.add(() => engine.close());
  await createTables(engine.url, stack.region, tables);
  return engine;
}

/** Streams are cheap in a file only, so that even tables which nobody keeps are in one when they have a stream. */
function tableFile(cloud: LocalCloudOptions, tables: readonly TableDefinition[], closers: Closers): string | undefined {
  if (cloud.dataDirectory !== undefined) return join(cloud.dataDirectory, TABLE_FILE);
  if (!tables.some(({ create }) => create.StreamSpecification?.StreamEnabled)) return undefined;
  const directory = mkdtempSync(join(tmpdir(), 'local-cloud-tables-'));
  const remove = (): void => rmSync(directory, { recursive: true, force: true });
  // Also where the process ends before anyone closes: Ctrl-C while it starts.
  process.once('exit', remove);
  closers.add(() => {
    remove();
    process.off('exit', remove);
  });
  return join(directory, TABLE_FILE);
}

/** Functions reach their tables through an endpoint that can be told to fail. Like the engine, it is for this machine only. */
async function startStore(engineUrl: string, closers: Closers): Promise<FaultyEndpoint> {
  const store = await startFaultyEndpoint({ engineUrl, faults: AS_ON_AWS });
  closers.add(() => store.close());
  return store;
}

function serviceTargets(
  { cloud, stack, observer, alarms }: FoundationOptions,
  buses: EventBuses,
): ServicesOptions['targets'] {
  const { region, accountId } = stack;
  const now = (): number => Date.now();
  const ahead = (): number => cloud.clock.ahead();
  const secrets = new SecretStore(cloud.dataDirectory && join(cloud.dataDirectory, 'secrets.json'));
  createSecrets(stack, secrets, now());
  return new Map([
    ['secretsmanager', secretsManager(secrets, now)],
    ['AWSEvents', eventBridge({ buses, region, accountId, now })],
    ['GraniteServiceVersion20100801', cloudWatch(observer.metrics, { now, ahead }, () => alarms.views())],
  ]);
}

async function startDurable({ cloud, closers }: FoundationOptions, functions: Functions): Promise<DurableService> {
  const { clock, dataDirectory, timeAccelerationForDurableWaits: waitScale } = cloud;
  const durable = await startDurableService({
    clock,
    invoke: (functionArn, payload) => refusalAsResult(() => functions.run(functionArn, payload)),
    ...(dataDirectory === undefined ? {} : { stateFile: join(dataDirectory, 'durable.json') }),
    ...(waitScale === undefined ? {} : { waitScale }),
  });
  closers.add(() => durable.close());
  return durable;
}
