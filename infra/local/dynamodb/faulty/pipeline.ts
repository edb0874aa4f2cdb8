import { asText } from '../../cloud/json.ts';
import type { StoreFaults } from '../faults.ts';
import { isDataCall, readsIndexes } from './call.ts';
import type { Answer, Call } from './call.ts';
import type { Draws } from './draws.ts';
import type { EngineLink } from './engine-link.ts';
import { EngineRefusal } from './engine-link.ts';
import type { Fate } from './fate.ts';
import { partialBatch } from './partial-batch.ts';
import { refusalOfIndexRead } from './projection.ts';
import { conflicting, internalError, throttled } from './refusals.ts';
import type { Replicas } from './replicas.ts';
import type { Tables } from './tables.ts';

/** What a call passes through on its way to the engine. */
export interface Passage {
  readonly faults: StoreFaults;
  readonly link: EngineLink;
  readonly tables: Tables;
  readonly draws: Draws;
  /** Absent while no read is made old. */
  readonly replicas: Replicas | undefined;
}

/** Whether anything under these faults needs to know what the call says. */
export function mustRead(operation: string, faults: StoreFaults): boolean {
  const { refuseUnprojected, ...others } = faults;
  const isQuiet = Object.values(others).every((value) => value === 0 || value === false || isNone(value));
  return !isQuiet || (refuseUnprojected && readsIndexes(operation));
}

function isNone(value: StoreFaults[keyof StoreFaults]): boolean {
  return typeof value === 'object' && (value.rate === 0 || value.writes === 0);
}

/** @returns the answer to a call as its fate has it, or `lost` where there is none */
export async function answerOf(call: Call, fate: Fate, passage: Passage): Promise<Answer | 'lost'> {
  switch (fate) {
    case 'reset before':
      return 'lost';
    case 'throttled':
      return throttled(call, passage.draws);
    case 'conflicted':
      return conflicting(call, passage.draws);
    case 'failed before':
      return internalError();
    case 'reset after':
      await passed(call, passage);
      return 'lost';
    case 'failed after':
      await passed(call, passage);
      return internalError();
    case 'passed':
      return passed(call, passage);
    default:
      return fate satisfies never;
  }
}

async function passed(call: Call, passage: Passage): Promise<Answer> {
  const { faults, draws, tables } = passage;
  const table = asText(call.input['TableName']) ?? '';
  // What is done to a table itself changes what we know of it.
  if (!isDataCall(call.operation)) tables.forget(table);
  const refused = faults.refuseUnprojected ? await refusalOf(call, table, tables) : undefined;
  if (refused !== undefined) return refused;
  const isPartial = faults.partialBatch > 0 && draws.next('partial batch') < faults.partialBatch;
  const batch = isPartial ? partialBatch(call, draws) : undefined;
  if (batch === undefined) return send(call, passage);
  return batch.complete(await send(batch.call, passage));
}

function send(call: Call, { link, replicas }: Passage): Promise<Answer> {
  return replicas === undefined ? link.send(call) : replicas.send(call);
}

/** Of a table that the engine does not have it is the engine that says so. */
async function refusalOf(call: Call, table: string, tables: Tables): Promise<Answer | undefined> {
  if (!readsIndexes(call.operation) || call.input['IndexName'] === undefined) return undefined;
  try {
    return refusalOfIndexRead(call, await tables.shapeOf(table));
  } catch (error) {
    if (error instanceof EngineRefusal && error.isMissingTable) return undefined;
    throw error;
  }
}
