import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { isRecord, parseJson } from '../../cloud/json.ts';
import type { JsonRecord } from '../../cloud/json.ts';

/** A call of the engine, read to its end. */
export interface Call {
  readonly operation: string;
  /** What the body says. */
  readonly input: JsonRecord;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer;
  /** The engine's id for the call. */
  readonly requestId?: string;
}

const SINGLE_WRITES: ReadonlySet<string> = new Set(['PutItem', 'UpdateItem', 'DeleteItem']);
const TRANSACTIONS: ReadonlySet<string> = new Set(['TransactWriteItems', 'TransactGetItems']);
const INDEX_READS: ReadonlySet<string> = new Set(['Query', 'Scan']);
const WRITES_OF_SEVERAL: ReadonlySet<string> = new Set([
  'TransactWriteItems',
  'BatchWriteItem',
  'ExecuteStatement',
  'BatchExecuteStatement',
  'ExecuteTransaction',
]);
const DATA: ReadonlySet<string> = new Set([
  ...SINGLE_WRITES,
  ...TRANSACTIONS,
  ...INDEX_READS,
  ...WRITES_OF_SEVERAL,
  'GetItem',
  'BatchGetItem',
]);

/** @returns what stands after the dot of `X-Amz-Target`; empty for what is no call of DynamoDB */
export function operationOf({ headers }: IncomingMessage): string {
  const [service = '', operation = ''] = String(headers['x-amz-target'] ?? '').split('.');
  return service.startsWith('DynamoDB_') ? operation : '';
}

export function isSingleWrite(operation: string): boolean {
  return SINGLE_WRITES.has(operation);
}

export function isTransaction(operation: string): boolean {
  return TRANSACTIONS.has(operation);
}

/** Whether the operation is about items and can change some: statements in PartiQL are taken to. */
export function mayWrite(operation: string): boolean {
  return isSingleWrite(operation) || WRITES_OF_SEVERAL.has(operation);
}

/** Whether the operation can be asked of an index. */
export function readsIndexes(operation: string): boolean {
  return INDEX_READS.has(operation);
}

/** Whether the operation is about items, not about tables. */
export function isDataCall(operation: string): boolean {
  return DATA.has(operation);
}

/** @returns what an answer of the engine says, `{}` for anything that is no JSON object */
export function outputOf(answer: Answer): JsonRecord {
  const output = parseJson(answer.body.toString('utf8'));
  return isRecord(output) ? output : {};
}

/** The same answer with another content; a checksum of the engine's would no longer be true and is not kept. */
export function withOutput(answer: Answer, output: JsonRecord): Answer {
  return { ...answer, body: Buffer.from(JSON.stringify(output)) };
}
