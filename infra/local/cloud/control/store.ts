import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DynamoDbEngine } from '../../dynamodb/engine.ts';
import type { FaultyEndpoint, StoreFaults } from '../../dynamodb/faulty-endpoint.ts';
import { answerJson } from '../../http/answer.ts';
import type { JsonRecord } from '../json.ts';
import { BadFaults, flag, numberUpTo, rate, readFaults } from './fields.ts';

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

/** `GET` answers the faults that stand; `PUT` replaces them all, what it leaves out being no fault. */
export async function answerStore(
  request: IncomingMessage,
  response: ServerResponse,
  store: Pick<FaultyEndpoint, 'faults' | 'setFaults'>,
): Promise<void> {
  try {
    if (request.method === 'PUT') store.setFaults(storeFaults(controlFaultsOf(await readFaults(request, FIELDS))));
    answerJson(response, 200, controlFaults(store.faults()));
  } catch (error) {
    if (!(error instanceof BadFaults)) throw error;
    answerJson(response, 400, { error: error.message });
  }
}

/** Kills the engine and starts it again from its file. Calls that were under way have no answer, applied or not. */
export async function answerRestart(response: ServerResponse, engine: Pick<DynamoDbEngine, 'restart'>): Promise<void> {
  const startedAt = performance.now();
  try {
    await engine.restart();
    answerJson(response, 200, { restarted: true, ms: Math.round(performance.now() - startedAt) });
  } catch (error) {
    answerJson(response, 409, { error: error instanceof Error ? error.message : String(error) });
  }
}

function storeFaults({ throttle, reset, slowMs, down }: ControlFaults): Partial<StoreFaults> {
  return { ...AS_ON_AWS, throttle, resetBefore: reset / 2, resetAfter: reset / 2, slowMs, down };
}

function controlFaults({ throttle, resetBefore, resetAfter, slowMs, down }: StoreFaults): ControlFaults {
  return { throttle, reset: resetBefore + resetAfter, slowMs, down: down !== false };
}

function controlFaultsOf(body: JsonRecord): ControlFaults {
  return {
    throttle: rate(body, 'throttle'),
    reset: rate(body, 'reset'),
    slowMs: numberUpTo(MOST_MS, body, 'slowMs', `milliseconds from 0 to ${MOST_MS}`),
    down: flag(body, 'down'),
  };
}
