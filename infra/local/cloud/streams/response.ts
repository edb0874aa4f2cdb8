import type { InvocationResult } from '../../invocation.ts';
import { asRecord, asText } from '../json.ts';
import type { StreamRecord } from './record.ts';
import type { Outcome } from './retry.ts';

/**
 * How a function took its records, by what its invocation ended with.
 * @param reportsItems Whether its answer is read: `FunctionResponseTypes` has `ReportBatchItemFailures`.
 */
export function outcomeOf(result: InvocationResult, records: readonly StreamRecord[], reportsItems: boolean): Outcome {
  if (!result.ok) return { kind: 'failed', from: 0 };
  // No answer, one without a list and one with an empty list are all a success; one that makes no sense is none.
  const failures = reportsItems ? (asRecord(result.payload)['batchItemFailures'] ?? []) : [];
  if (!Array.isArray(failures)) return { kind: 'failed', from: 0 };
  if (failures.length === 0) return { kind: 'handled' };
  const indexes = failures.map((failure) => indexOf(asText(asRecord(failure)['itemIdentifier']), records));
  return { kind: 'failed', from: Math.max(0, Math.min(...indexes)) };
}

/** @returns -1 for what names no record of the batch. */
function indexOf(sequenceNumber: string | undefined, records: readonly StreamRecord[]): number {
  return records.findIndex((record) => record.sequenceNumber === sequenceNumber);
}
