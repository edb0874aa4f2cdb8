import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerJson } from '../../http/answer.ts';
import type { EventBuses, EventQuery } from '../events/buses.ts';
import { BadFaults, flag, rate, readFaults } from './fields.ts';

const FIELDS = ['down', 'throttle'];

/** `GET` answers the faults of the event buses; `PUT` replaces them all, what it leaves out being no fault. */
export async function answerBus(request: IncomingMessage, response: ServerResponse, buses: EventBuses): Promise<void> {
  try {
    if (request.method === 'PUT') {
      const body = await readFaults(request, FIELDS);
      buses.faults = { down: flag(body, 'down'), throttle: rate(body, 'throttle') };
    }
    answerJson(response, 200, buses.faults);
  } catch (error) {
    if (!(error instanceof BadFaults)) throw error;
    answerJson(response, 400, { error: error.message });
  }
}

const DEFAULT_EVENTS = 1_000;

/** What of the events is asked for: `detail-type=`, `limit=`, and `detail.<field>=` for fields of their detail. */
export function eventQuery(query: URLSearchParams): EventQuery {
  const limit = Number(query.get('limit') ?? DEFAULT_EVENTS);
  const detail = [...query].flatMap(([name, text]) =>
    name.startsWith('detail.') ? [[name.slice('detail.'.length), text] as const] : [],
  );
  return {
    detailType: query.get('detail-type') ?? undefined,
    detail: Object.fromEntries(detail),
    limit: Number.isInteger(limit) && limit > 0 ? limit : DEFAULT_EVENTS,
  };
}
