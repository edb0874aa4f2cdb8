import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FaultyEndpoint, StoreFaults } from '../../dynamodb/faulty-endpoint.ts';
import { answerJson } from '../../http/answer.ts';
import { readBody } from '../../http/body.ts';
import { isRecord, parseJson } from '../json.ts';
import type { JsonRecord } from '../json.ts';

/** The faults between functions and tables that can be asked for over HTTP. */
interface ControlFaults {
  /** Rate (0 to 1) of calls refused as throttled. */
  readonly throttle: number;
  /** Rate (0 to 1) of calls whose connection is reset: half of them before the write was applied, half of them after. */
  readonly reset: number;
  /** What every call takes longer, in ms. */
  readonly slowMs: number;
  /** Whether nobody can be reached. */
  readonly down: boolean;
}

/** Where AWS refuses what local engines allow, functions are to find out here. */
export const AS_ON_AWS: Partial<StoreFaults> = { refuseUnprojected: true };

const FIELDS = ['throttle', 'reset', 'slowMs', 'down'];
const MOST_MS = 10 * 60 * 1000;
const LARGEST_BODY = 64 * 1024;

/** A body that cannot be used; the message names the field. */
class BadFaults extends Error {}

/** `GET` answers the faults that stand; `PUT` replaces them all, what it leaves out being no fault. */
export async function answerStore(
  request: IncomingMessage,
  response: ServerResponse,
  store: Pick<FaultyEndpoint, 'faults' | 'setFaults'>,
): Promise<void> {
  try {
    if (request.method === 'PUT') store.setFaults(storeFaults(readFaults(await readJson(request))));
    answerJson(response, 200, controlFaults(store.faults()));
  } catch (error) {
    if (!(error instanceof BadFaults)) throw error;
    answerJson(response, 400, { error: error.message });
  }
}

function storeFaults({ throttle, reset, slowMs, down }: ControlFaults): Partial<StoreFaults> {
  return { ...AS_ON_AWS, throttle, resetBefore: reset / 2, resetAfter: reset / 2, slowMs, down };
}

function controlFaults({ throttle, resetBefore, resetAfter, slowMs, down }: StoreFaults): ControlFaults {
  return { throttle, reset: resetBefore + resetAfter, slowMs, down: down !== false };
}

function readFaults(body: JsonRecord): ControlFaults {
  const unknown = Object.keys(body).find((name) => !FIELDS.includes(name));
  if (unknown !== undefined) throw new BadFaults(`${unknown} is unknown: the fields here are ${FIELDS.join(', ')}.`);
  return {
    throttle: numberUpTo(1, body, 'throttle', 'a rate from 0 to 1'),
    reset: numberUpTo(1, body, 'reset', 'a rate from 0 to 1'),
    slowMs: numberUpTo(MOST_MS, body, 'slowMs', `milliseconds from 0 to ${MOST_MS}`),
    down: flag(body, 'down'),
  };
}

function numberUpTo(most: number, body: JsonRecord, name: string, wanted: string): number {
  const value = body[name] ?? 0;
  if (typeof value === 'number' && value >= 0 && value <= most) return value;
  throw new BadFaults(`${name} must be ${wanted}.`);
}

function flag(body: JsonRecord, name: string): boolean {
  const value = body[name] ?? false;
  if (typeof value === 'boolean') return value;
  throw new BadFaults(`${name} must be true or false.`);
}

async function readJson(request: IncomingMessage): Promise<JsonRecord> {
  const body = await readBody(request, LARGEST_BODY);
  const text = body === 'too large' ? '' : body.toString('utf8').trim();
  const value = text === '' && body !== 'too large' ? {} : parseJson(text);
  if (isRecord(value)) return value;
  throw new BadFaults(`The body must be a JSON object with any of ${FIELDS.join(', ')}.`);
}
