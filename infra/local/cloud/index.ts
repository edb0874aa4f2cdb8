import { serveCloud } from './serve.ts';
import type { LocalCloud, LocalCloudOptions } from './options.ts';

export type { LocalCloud, LocalCloudOptions } from './options.ts';
export type { LogEntry } from './logs.ts';

/**
 * Serves a synthesised CloudFormation template on this machine. It knows nothing of the application but what the
 * template says, and the application's functions cannot tell: only endpoints and credentials differ.
 *
 * Imitated: Lambda (versions, aliases, timeouts, reserved concurrency, one process per instance, durable functions),
 * HTTP APIs (routes, payload formats, Lambda authorizers with their cache, CORS, throttles, limits of size), DynamoDB
 * tables in a real engine (an index refuses what it does not project, items whose time is over are deleted a while later) whose
 * streams drive functions (filters, batches, windows, retries, partial failures, bisection), Secrets Manager values, CloudWatch
 * metrics put by call or embedded in logs, schedules, event buses whose rules hand events to functions.
 *
 * Under each API's URL are routes that no deployment has, which `GET /__local` lists: schedules are fired there, logs and
 * metrics are read, streams show how far they have come and what was given up, and `PUT /__local/store` puts faults between
 * the functions and their tables (throttling, connections that are reset before or after a write was applied, slow answers,
 * no answers), `POST /__local/store/restart` kills the engine and starts it again from its file; `GET /__local/calls` counts what
 * came through there. Whoever asks the engine itself sees the truth all the
 * while. `GET /__local/events` shows what was put on event buses, oldest first, and `PUT /__local/bus` lets them fail.
 *
 * Not imitated:
 * - IAM, but for the permission that API Gateway needs to invoke a function;
 * - account quotas, memory limits, the freezing of a process between invocations, Lambda's extensions, layers, container
 *   images, inline code, streamed answers, and retries of asynchronous invocations;
 * - of HTTP APIs: JWT and IAM authorizers, other integrations than Lambda functions, mappings, domain names, TLS;
 * - of tables: backups, capacity, replicas;
 * - of streams: other sources than tables, tumbling windows, several batches at a time (a parallelisation factor changes
 *   nothing), durable functions as targets; failure destinations are told nothing, but what they would be told is kept;
 * - of event buses: other targets of rules than functions, rules on a schedule, inputs that replace the event, retries of
 *   targets, archives, bus policies; a bus that the template does not have refuses every event;
 * - of schedules: flexible windows, retries and dead letters; a clock that jumps over several times fires once;
 * - every resource type that `notImitated` lists.
 *
 * @throws When something is missing, taken or not supported. The message says what to do, and what was started is
 * closed again.
 */
export function startLocalCloud(options: LocalCloudOptions): Promise<LocalCloud> {
  return serveCloud(options);
}
