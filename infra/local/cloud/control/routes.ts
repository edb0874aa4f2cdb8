import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DynamoDbEngine } from '../../dynamodb/engine.ts';
import type { FaultyEndpoint } from '../../dynamodb/faulty-endpoint.ts';
import { answerJson } from '../../http/answer.ts';
import { whyNotLocal } from '../../http/local-only.ts';
import type { EventBuses } from '../events/buses.ts';
import type { Alarms } from '../alarms/alarms.ts';
import type { ControlRoutes } from '../http-api/server.ts';
import type { LogBook } from '../logs.ts';
import { ScheduleTargetError, UnknownScheduleError } from '../schedules/scheduler.ts';
import type { Scheduler } from '../schedules/scheduler.ts';
import type { Queues } from '../queues.ts';
import type { MetricStore } from '../services/metric-store.ts';
import type { Streams } from '../streams/index.ts';
import { answerBus, eventQuery } from './bus.ts';
import { answerRestart, answerStore } from './store.ts';

export interface ControlOptions {
  /** What the index answers. */
  readonly index: () => unknown;
  readonly scheduler: Scheduler;
  readonly streams: Pick<Streams, 'describe'>;
  readonly buses: EventBuses;
  readonly store: Pick<FaultyEndpoint, 'faults' | 'setFaults' | 'calls'>;
  readonly engine: Pick<DynamoDbEngine, 'restart'>;
  readonly alarms: Pick<Alarms, 'views'>;
  readonly queues: Pick<Queues, 'all' | 'purge'>;
  readonly metrics: MetricStore;
  readonly logs: LogBook;
}

const CONTROL_PREFIX = '/__local';

/** What there is to try, for the index and for whoever asks for something else. */
export const CONTROLS = [
  'GET /__local',
  'GET /__local/schedules',
  'POST /__local/schedules/{name}',
  'GET /__local/streams',
  'GET /__local/metrics?raw&since=',
  'GET /__local/alarms',
  'GET /__local/queues',
  'DELETE /__local/queues/{name}',
  'GET /__local/logs?function=&limit=&after=',
  'GET /__local/events?detail-type=&detail.{field}=&limit=',
  'GET /__local/bus',
  'PUT /__local/bus { down, throttle }',
  'GET /__local/store',
  'PUT /__local/store { throttle, reset, slowMs, down }',
  'POST /__local/store/restart',
  'GET /__local/calls',
];

const DEFAULT_LOG_LINES = 200;

/**
 * The local cloud's own routes under an API's URL: what no deployment has. They need no key, so they answer this machine's
 * tools and pages only; the template's own routes answer whom the template lets in.
 */
export function controlRoutes(options: ControlOptions): ControlRoutes {
  return {
    async handle(request, response) {
      const url = new URL(request.url ?? '/', 'http://local');
      if (url.pathname !== CONTROL_PREFIX && !url.pathname.startsWith(`${CONTROL_PREFIX}/`)) return false;
      const refusal = whyNotLocal(request);
      if (refusal === undefined) await answer(url, request, response, options);
      else answerJson(response, 403, { error: refusal });
      return true;
    },
  };
}

async function answer(
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
  options: ControlOptions,
): Promise<void> {
  const [what = '', name] = url.pathname.slice(CONTROL_PREFIX.length + 1).split('/');
  const control = controlFor(`${request.method} ${what}`, name, options);
  if (control !== undefined) {
    await control(request, response);
    return;
  }
  const answers = new Map<string, () => unknown>([
    ['', options.index],
    ['schedules', () => options.scheduler.schedules],
    ['streams', () => options.streams.describe()],
    ['metrics', () => emitted(url.searchParams, options.metrics)],
    ['events', () => options.buses.latest(eventQuery(url.searchParams))],
    ['alarms', () => options.alarms.views()],
    ['queues', () => options.queues.all()],
    ['logs', () => latestLines(url.searchParams, options.logs)],
    // What functions have asked their tables for: by it a test sees that nothing was written.
    ['calls', () => Object.fromEntries(options.store.calls())],
  ]);
  const found = request.method === 'GET' && name === undefined ? answers.get(what) : undefined;
  if (found === undefined)
    answerJson(response, 404, { error: `There is no ${request.method} ${url.pathname}.`, controls: CONTROLS });
  else answerJson(response, 200, found());
}

type Control = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;

/** What changes something, and the faults that stand. @param name what follows, if anything does */
function controlFor(route: string, name: string | undefined, options: ControlOptions): Control | undefined {
  const { scheduler, store, engine, buses, queues } = options;
  const faults: Readonly<Record<string, Control>> = {
    'GET store': (request, response) => answerStore(request, response, store),
    'PUT store': (request, response) => answerStore(request, response, store),
    'GET bus': (request, response) => answerBus(request, response, buses),
    'PUT bus': (request, response) => answerBus(request, response, buses),
  };
  if (name === undefined) return faults[route];
  const named: Readonly<Record<string, Control>> = {
    'POST schedules': (_, response) => fire(decodeURIComponent(name), response, scheduler),
    'DELETE queues': (_, response) => purge(decodeURIComponent(name), response, queues),
    ...(name === 'restart' && {
      'POST store': (_: unknown, response: ServerResponse) => answerRestart(response, engine),
    }),
  };
  return named[route];
}

function purge(name: string, response: ServerResponse, queues: ControlOptions['queues']): void {
  const isThere = queues.purge(name);
  answerJson(response, isThere ? 200 : 404, isThere ? { purged: name } : { error: `There is no queue ${name}.` });
}

async function fire(name: string, response: ServerResponse, scheduler: Scheduler): Promise<void> {
  try {
    answerJson(response, 200, (await scheduler.fire(name)) ?? null);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof UnknownScheduleError) answerJson(response, 404, { error: message });
    else if (error instanceof ScheduleTargetError)
      answerJson(response, 502, { error: message, errorType: error.errorType });
    else answerJson(response, 502, { error: message });
  }
}

function latestLines(query: URLSearchParams, logs: LogBook): unknown {
  const limit = Number(query.get('limit') ?? DEFAULT_LOG_LINES);
  const asked = query.get('function') ?? '';
  const functionName = asked === '' ? undefined : asked;
  return logs.latest({
    functionName,
    limit: Number.isInteger(limit) && limit > 0 ? limit : DEFAULT_LOG_LINES,
    after: Number(query.get('after') ?? 0) || 0,
  });
}

function emitted(query: URLSearchParams, metrics: MetricStore): unknown {
  if (!query.has('raw')) return metrics.summaries();
  const since = Number(query.get('since') ?? 0) || 0;
  return metrics.points().filter(({ at }) => at >= since);
}
