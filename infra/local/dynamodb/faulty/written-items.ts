import { asList, asRecord, asText } from '../../cloud/json.ts';
import type { JsonRecord } from '../../cloud/json.ts';
import { isSingleWrite } from './call.ts';
import type { Call } from './call.ts';

/** An item that a call may write: `attributes` has its key, and perhaps more. */
export interface WrittenItem {
  readonly table: string;
  readonly attributes: JsonRecord;
}

/** @returns the items that a call writes when it succeeds; none for a read. Statements in PartiQL are not understood. */
export function writtenItems({ operation, input }: Call): WrittenItem[] {
  if (isSingleWrite(operation)) return [itemOf(input)];
  if (operation === 'TransactWriteItems') return asList(input['TransactItems']).flatMap(itemsOfTransaction);
  if (operation === 'BatchWriteItem') return Object.entries(asRecord(input['RequestItems'])).flatMap(itemsOfBatch);
  return [];
}

function itemsOfTransaction(action: unknown): WrittenItem[] {
  const { Put: put, Update: update, Delete: remove } = asRecord(action);
  return [put, update, remove].filter((write) => write !== undefined).map((write) => itemOf(asRecord(write)));
}

function itemsOfBatch([table, requests]: [string, unknown]): WrittenItem[] {
  return asList(requests).map((request) => {
    const { PutRequest: put, DeleteRequest: remove } = asRecord(request);
    return { table, attributes: asRecord(asRecord(put)['Item'] ?? asRecord(remove)['Key']) };
  });
}

function itemOf(write: JsonRecord): WrittenItem {
  return { table: asText(write['TableName']) ?? '', attributes: asRecord(write['Key'] ?? write['Item']) };
}
