import { asList, asRecord } from '../../cloud/json.ts';
import type { JsonRecord } from '../../cloud/json.ts';
import { outputOf, withOutput } from './call.ts';
import type { Answer, Call } from './call.ts';
import type { Draws } from './draws.ts';

/** A batch of which only a part is sent. */
export interface PartialBatch {
  readonly call: Call;
  /** Adds to the engine's answer what was left out. */
  complete(answer: Answer): Answer;
}

interface Unit {
  readonly table: string;
  readonly request: unknown;
}

/** How the two batch operations differ. */
interface BatchForm {
  /** Under which name the answer lists what was left out. */
  readonly unprocessed: string;
  readonly requestsOf: (request: unknown) => unknown[];
  /** The batch's entry of one table with other requests. */
  readonly withRequests: (request: unknown, requests: readonly unknown[]) => unknown;
}

const FORMS: ReadonlyMap<string, BatchForm> = new Map([
  [
    'BatchGetItem',
    {
      unprocessed: 'UnprocessedKeys',
      requestsOf: (entry: unknown) => asList(asRecord(entry)['Keys']),
      withRequests: (entry: unknown, requests: readonly unknown[]) => ({ ...asRecord(entry), Keys: requests }),
    },
  ],
  [
    'BatchWriteItem',
    {
      unprocessed: 'UnprocessedItems',
      requestsOf: asList,
      withRequests: (_: unknown, requests: readonly unknown[]) => requests,
    },
  ],
]);

/**
 * Leaves out some of a batch, never all: DynamoDB answers a batch of which it could do nothing with an exception.
 *
 * @returns undefined for what is no batch of two or more
 */
export function partialBatch(call: Call, draws: Draws): PartialBatch | undefined {
  const form = FORMS.get(call.operation);
  if (form === undefined) return undefined;
  const entries = asRecord(call.input['RequestItems']);
  const units = Object.entries(entries).flatMap(([table, entry]) =>
    form.requestsOf(entry).map((request): Unit => ({ table, request })),
  );
  if (units.length < 2) return undefined;
  const held = chosen(units, draws);
  const rebuild = (part: readonly Unit[]): JsonRecord => entriesOf(part, entries, form);
  const sent = units.filter((unit) => !held.has(unit));
  return {
    call: { ...call, input: { ...call.input, RequestItems: rebuild(sent) } },
    complete(answer) {
      if (answer.status !== 200) return answer;
      const output = outputOf(answer);
      const theirs = Object.entries(asRecord(output[form.unprocessed])).flatMap(([table, entry]) =>
        form.requestsOf(entry).map((request): Unit => ({ table, request })),
      );
      return withOutput(answer, { ...output, [form.unprocessed]: rebuild([...held, ...theirs]) });
    },
  };
}

/** Each with even odds, but at least one and not all. */
function chosen(units: readonly Unit[], draws: Draws): Set<Unit> {
  const [first, ...others] = units;
  const held = new Set(others.filter(() => draws.next('part of a batch') < 0.5));
  const last = others.at(-1);
  if (held.size === 0 && last !== undefined) held.add(last);
  if (first !== undefined && held.size < others.length && draws.next('part of a batch') < 0.5) held.add(first);
  return held;
}

function entriesOf(units: readonly Unit[], entries: JsonRecord, form: BatchForm): JsonRecord {
  const byTable = Map.groupBy(units, ({ table }) => table);
  return Object.fromEntries(
    [...byTable].map(([table, part]) => [
      table,
      form.withRequests(
        entries[table],
        part.map(({ request }) => request),
      ),
    ]),
  );
}
