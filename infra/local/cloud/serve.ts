import { join } from 'node:path';
import { Alarms } from './alarms/alarms.ts';
import { alarmDefinitions } from './alarms/definition.ts';
import type { IgnoredAlarm } from './alarms/definition.ts';
import { listenForApis, localiser } from './apis.ts';
import type { ListeningApi } from './apis.ts';
import { Closers } from './closers.ts';
import { controlRoutes, CONTROLS } from './control/routes.ts';
import { deploymentId } from './deployment.ts';
import { startFoundation } from './foundation.ts';
import type { Foundation, FoundationOptions } from './foundation.ts';
import type { InvocationResult } from '../invocation.ts';
import { startExpiry } from './dynamodb/expiry.ts';
import { deliverEvents } from './events/deliver.ts';
import { apiMetrics } from './http-api/metrics.ts';
import { Gateway } from './http-api/gateway.ts';
import { refusalAsResult } from './lambda/invoker.ts';
import { apiPermissions } from './lambda/permissions.ts';
import { notImitated } from './not-imitated.ts';
import { Observer } from './observer.ts';
import type { LocalCloud, LocalCloudOptions } from './options.ts';
import { scheduleDefinitions } from './schedules/definition.ts';
import type { ScheduleDefinition } from './schedules/definition.ts';
import { Scheduler } from './schedules/scheduler.ts';
import { startStreams } from './streams/index.ts';
import type { Streams } from './streams/index.ts';
import { loadStack } from './template/assembly.ts';
import { resolveStack } from './template/stack.ts';

const ACCOUNT_ID = '000000000000';
const DEFAULT_REGION = 'us-east-1';

/** Everything that was started for a template. */
interface Running extends Foundation, FoundationOptions {
  readonly apis: readonly ListeningApi[];
  readonly schedules: readonly ScheduleDefinition[];
  readonly scheduler: Scheduler;
  readonly streams: Streams;
  /** What of the event rules is not imitated. */
  readonly rules: readonly string[];
  readonly alarms: Alarms;
  readonly ignoredAlarms: readonly IgnoredAlarm[];
}

/** Starts everything that a template asks for; closes what it had started when it fails. */
export async function serveCloud(cloud: LocalCloudOptions): Promise<LocalCloud> {
  const closers = new Closers();
  try {
    const running = await start(cloud, closers);
    const served = toLocalCloud(running);
    openApis(running, served);
    return served;
  } catch (error) {
    await closers.closeAll();
    throw error;
  }
}

async function start(cloud: LocalCloudOptions, closers: Closers): Promise<Running> {
  const stack = resolveStack(loadStack(cloud.assembly, cloud.stack), {
    region: cloud.region ?? DEFAULT_REGION,
    accountId: ACCOUNT_ID,
    parameters: cloud.parameters ?? {},
    deployment: deploymentId(cloud.dataDirectory),
  });
  const observer = new Observer(cloud.clock, (entry) => cloud.onLog?.(entry));
  const schedules = scheduleDefinitions(stack);
  const apis = await listenForApis(stack, cloud, observer, closers);
  const watched = watchAlarms({ cloud, stack, observer, closers });
  const options = { cloud, stack, observer, closers, localise: localiser(apis, stack.region), ...watched };
  const foundation = await startFoundation(options);
  const scheduler = new Scheduler({
    schedules,
    isOnTime: cloud.schedulesOnTime ?? true,
    clock: cloud.clock,
    region: stack.region,
    accountId: ACCOUNT_ID,
    invoke: (functionArn, payload) => invokeForSchedule(foundation, functionArn, payload),
    onUndelivered: (queueArn, body) => foundation.queues.send(queueArn, { at: Date.now(), body }),
    onProblem: observer.problem,
  });
  closers.add(() => scheduler.close());
  const rules = deliverEvents({ ...options, ...foundation, onProblem: observer.problem });
  const streams = await driveStreams(options, foundation);
  return { ...options, ...foundation, apis, schedules, scheduler, streams, rules };
}

/** A schedule only starts its target. What becomes of it is told to the target's own queue. */
async function invokeForSchedule(
  { invoker, deadLetters }: Foundation,
  functionArn: string,
  payload: unknown,
): Promise<InvocationResult> {
  const result = await invoker.invoke(functionArn, payload);
  if (!result.ok) deadLetters.failed(functionArn, payload, result.error.errorMessage);
  return result;
}

function watchAlarms({
  stack,
  observer,
  cloud,
  closers,
}: Omit<FoundationOptions, 'alarms' | 'localise'>): Pick<Running, 'alarms' | 'ignoredAlarms'> {
  const { alarms: definitions, ignored: ignoredAlarms } = alarmDefinitions(stack);
  const { metrics, problem: onProblem } = observer;
  const alarms = new Alarms({ definitions, metrics, clock: cloud.clock, onProblem });
  closers.add(() => alarms.close());
  return { alarms, ignoredAlarms };
}

/** Lets streams drive their functions, woken by each write that passes by on its way to a table. */
async function driveStreams(options: FoundationOptions, foundation: Foundation): Promise<Streams> {
  const { cloud, stack, observer, closers } = options;
  const { dataDirectory, clock } = cloud;
  const onProblem = observer.problem;
  const expiry = startExpiry({ stack, engineUrl: foundation.engine.url, clock, onProblem });
  closers.add(() => expiry.close());
  const file = dataDirectory === undefined ? {} : { positionsFile: join(dataDirectory, 'streams.json') };
  const streams = await startStreams({ ...foundation, ...file, stack, expiry, clock, onProblem });
  closers.add(() => streams.close());
  closers.add(foundation.store.onWrite(() => streams.wake()));
  return streams;
}

function toLocalCloud(running: Running): LocalCloud {
  const { stack, scheduler, invoker, functions, apis, schedules, streams, closers, localise } = running;
  const outputs = Object.entries(stack.outputs()).map(([name, text]) => [name, localise(text)] as const);
  return {
    apis: apis.map(({ definition, url }) => ({ logicalId: definition.logicalId, url })),
    dynamodbUrl: running.engine.url,
    servicesUrl: running.servicesUrl,
    region: stack.region,
    accountId: stack.accountId,
    outputs: Object.fromEntries(outputs),
    physicalId: (logicalId) => stack.resource(logicalId).physicalId,
    schedules: scheduler.schedules,
    fireSchedule: (name) => scheduler.fire(name),
    invoke: (name, payload) => refusalAsResult(() => invoker.invoke(name, payload)),
    notImitated: notImitated({
      stack,
      schedules,
      streams,
      rules: running.rules,
      alarms: running.ignoredAlarms,
      apis: apis.map(({ definition }) => definition),
      functions: functions.definitions,
    }),
    close: () => closers.closeAll(),
  };
}

function openApis(running: Running, served: LocalCloud): void {
  const { cloud, stack, observer, scheduler, streams, store, engine, buses, invoker, apis, alarms, queues } = running;
  const index = (): unknown => describe(running, served);
  const { metrics, logs } = observer;
  const controls = controlRoutes({ index, scheduler, streams, store, engine, buses, alarms, queues, metrics, logs });
  const mayInvoke = apiPermissions(stack);
  for (const { definition, open } of apis) {
    const gateway = new Gateway({
      api: definition,
      region: stack.region,
      accountId: stack.accountId,
      invoke: (functionArn, payload) => invoker.invoke(functionArn, payload),
      mayInvoke,
      onAnswer: apiMetrics(metrics, definition.apiId, () => cloud.clock.now()),
      onProblem: observer.problem,
    });
    open({ gateway, controls });
  }
}

/** What `GET /__local` answers. */
function describe({ stack, apis, functions, streams }: Running, served: LocalCloud): unknown {
  return {
    stack: stack.name,
    region: served.region,
    apis: apis.map(({ definition, url }) => ({
      logicalId: definition.logicalId,
      url,
      routes: definition.routes.map((route) => route.key),
    })),
    functions: functions.definitions.map((definition) => definition.name),
    schedules: served.schedules,
    streams: streams.describe().map(({ name, table, function: driven }) => ({ name, table, function: driven })),
    outputs: served.outputs,
    dynamodb: served.dynamodbUrl,
    services: served.servicesUrl,
    notImitated: served.notImitated,
    controls: CONTROLS,
  };
}
