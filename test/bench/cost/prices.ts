import { MEMORY_SIZES } from '../../../infra/constructs/memory-sizes.ts';

/** What AWS charges (us-east-1, arm64, on demand, November 2026), dollars. */
export const PRICES = {
  /** For a million of each. */
  readUnit: 0.125,
  writeUnit: 0.625,
  invocation: 0.2,
  busEvent: 1,
  metricCall: 10,
  /** For a GB-second. */
  gigabyteSecond: 0.0000133334,
  /** For a GB of log taken in. */
  logGigabyte: 0.5,
} as const;

/** Of a processor, which a function has whole with so many megabytes. */
const MEGABYTES_OF_A_PROCESSOR = 1_769;
/**
 * From a function in Lambda to another service and back, ms. Nothing here can measure it: DynamoDB promises "single-digit
 * milliseconds". The same for every call, and for everybody.
 */
export const ROUND_TRIP_MS = 5;
/** The function of the changes, for one of them: it comes together with others where there are many. ms, and its memory. */
const CHANGES = { ms: 20, megabytes: MEMORY_SIZES.others };

/** What one request, event or user has cost in what can be counted. */
export interface Counted {
  readonly readUnits: number;
  readonly writeUnits: number;
  /** Of the functions' own logs. */
  readonly logBytes: number;
  /** Of `PutMetricData`. */
  readonly metricCalls: number;
  /** Of AWS's services, one after the other: each is waited for. */
  readonly calls: number;
}

/** What cannot be counted. */
export interface Work {
  readonly invocations: number;
  /** Of a processor, ms, as `npm run bench` has measured it. */
  readonly cpuMs: number;
  readonly megabytes: number;
  /** For Clerk, ms: in a run a page of 500 users, some 300 ms (nothing here can measure it). */
  readonly waitMs: number;
  /** Changes of users that follow: each is told on the bus by the function of the changes. */
  readonly changes: number;
}

/** Dollars for a million. */
export interface Dollars {
  readonly table: number;
  readonly logs: number;
  readonly metrics: number;
  readonly lambda: number;
  readonly events: number;
  readonly total: number;
}

/** How long the function is paid for, ms: its processor's part, and the calls that it waits for. */
export function billedMs({ calls }: Counted, { cpuMs, megabytes, waitMs }: Work): number {
  return (cpuMs * MEGABYTES_OF_A_PROCESSOR) / megabytes + calls * ROUND_TRIP_MS + waitMs;
}

/** What a million cost, API Gateway's fee left out: everybody pays it alike. */
export function dollarsOf(counted: Counted, work: Work): Dollars {
  const table = counted.readUnits * PRICES.readUnit + counted.writeUnits * PRICES.writeUnit;
  // A million bytes are a thousandth of a GB.
  const logs = (counted.logBytes * PRICES.logGigabyte) / 1_000;
  const metrics = counted.metricCalls * PRICES.metricCall;
  // Lambda takes whole milliseconds for an invocation; a run has far fewer invocations than users.
  const ms = work.invocations === 1 ? Math.ceil(billedMs(counted, work)) : billedMs(counted, work);
  const lambda = work.invocations * PRICES.invocation + timeOf(ms, work.megabytes);
  const events = work.changes * (PRICES.busEvent + PRICES.invocation + timeOf(CHANGES.ms, CHANGES.megabytes));
  return { table, logs, metrics, lambda, events, total: table + logs + metrics + lambda + events };
}

/** A million times so many ms. */
function timeOf(ms: number, megabytes: number): number {
  return ms * 1_000 * (megabytes / 1_024) * PRICES.gigabyteSecond;
}
