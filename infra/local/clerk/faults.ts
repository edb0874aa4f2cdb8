import { badField } from './http/problem.ts';
import { isObject } from './json.ts';
import type { JsonObject } from './json.ts';

/** What goes wrong on purpose. Rates are probabilities from 0 to 1. */
export interface Faults {
  readonly webhooks: {
    /** A message is lost for ever. */
    readonly drop: number;
    /** An attempt is sent twice. */
    readonly duplicate: number;
    /** An attempt is held back for a moment, so that later messages overtake it. */
    readonly reorder: number;
    /** Every attempt is put off by this. */
    readonly delayMs: number;
  };
  readonly api: {
    readonly rate429: number;
    readonly rate5xx: number;
    /** The connection is reset: half of the time before the request was handled, half of the time after. 1 is a cut network. */
    readonly reset: number;
    /** Every answer takes this much longer. */
    readonly latencyMs: number;
  };
}

export const NO_FAULTS: Faults = {
  webhooks: { drop: 0, duplicate: 0, reorder: 0, delayMs: 0 },
  api: { rate429: 0, rate5xx: 0, reset: 0, latencyMs: 0 },
};

const MAX_LATENCY_MS = 10 * 60 * 1000;
const MAX_DELAY_MS = 30 * 24 * 60 * 60 * 1000;

/**
 * Reads a whole set of faults; what is missing is no fault.
 * @throws HttpProblem 400 that names the field.
 */
export function readFaults(body: JsonObject): Faults {
  refuseUnknownFields(body, NO_FAULTS, '');
  const webhooks = readGroup(body, 'webhooks', NO_FAULTS.webhooks);
  const api = readGroup(body, 'api', NO_FAULTS.api);
  return {
    webhooks: {
      drop: readRate(webhooks, 'webhooks', 'drop'),
      duplicate: readRate(webhooks, 'webhooks', 'duplicate'),
      reorder: readRate(webhooks, 'webhooks', 'reorder'),
      delayMs: readNumber(webhooks, 'webhooks', 'delayMs', MAX_DELAY_MS),
    },
    api: {
      rate429: readRate(api, 'api', 'rate429'),
      rate5xx: readRate(api, 'api', 'rate5xx'),
      reset: readRate(api, 'api', 'reset'),
      latencyMs: readNumber(api, 'api', 'latencyMs', MAX_LATENCY_MS),
    },
  };
}

function readGroup(body: JsonObject, name: string, known: object): JsonObject {
  const group = body[name] ?? {};
  if (!isObject(group)) throw badField(name, `an object with ${Object.keys(known).join(', ')}`);
  refuseUnknownFields(group, known, `${name}.`);
  return group;
}

function refuseUnknownFields(given: JsonObject, known: object, prefix: string): void {
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(known, name));
  if (unknown !== undefined) {
    throw badField(`${prefix}${unknown}`, `left out: the fields here are ${Object.keys(known).join(', ')}`);
  }
}

function readRate(group: JsonObject, groupName: string, name: string): number {
  const value = group[name] ?? 0;
  if (typeof value === 'number' && value >= 0 && value <= 1) return value;
  throw badField(`${groupName}.${name}`, 'a rate from 0 to 1');
}

function readNumber(group: JsonObject, groupName: string, name: string, max: number): number {
  const value = group[name] ?? 0;
  if (typeof value === 'number' && value >= 0 && value <= max) return value;
  throw badField(`${groupName}.${name}`, `milliseconds from 0 to ${max}`);
}
