import { MAX_BYTES_WRITTEN, MAX_OPERATIONS, MAX_PAYLOAD_BYTES, MAX_RESULT_BYTES } from './limits.ts';
import { invalid } from './refusal.ts';
import type { ErrorObject, OperationUpdate } from './update.ts';

/** What counts towards the limits of an execution. */
export interface Metering {
  readonly operations: number;
  readonly bytes: number;
}

export const NOTHING: Metering = { operations: 0, bytes: 0 };

export function add(a: Metering, b: Metering): Metering {
  return { operations: a.operations + b.operations, bytes: a.bytes + b.bytes };
}

/**
 * What one update costs.
 * @param isNew Whether the operation did not exist before.
 * @throws Refusal when the payload or the error is larger than one may be.
 */
export function meter(update: OperationUpdate, isNew: boolean): Metering {
  const bytes = payloadBytes(update.Payload) + errorBytes(update.Error);
  const most = update.Type === 'EXECUTION' ? MAX_RESULT_BYTES : MAX_PAYLOAD_BYTES;
  if (bytes > most) {
    const name = update.Name === undefined ? '' : ` "${update.Name}"`;
    throw invalid(
      `${update.Type}${name} payload size must be less than or equal to ${most} bytes; it is ${bytes}. ` +
        'Store the data elsewhere and return where it is.',
    );
  }
  return { operations: (isNew ? 1 : 0) + (update.Action === 'RETRY' ? 1 : 0), bytes };
}

export function payloadBytes(payload: string | undefined): number {
  return payload === undefined ? 0 : Buffer.byteLength(payload);
}

export function errorBytes(error: ErrorObject | undefined): number {
  return error === undefined ? 0 : Buffer.byteLength(JSON.stringify(error));
}

/**
 * @param spent What the execution has used so far.
 * @param more What it is about to use.
 * @throws Refusal naming the limit that would be crossed.
 */
export function keepWithinLimits(spent: Metering, more: Metering): void {
  const total = add(spent, more);
  if (total.operations > MAX_OPERATIONS && more.operations > 0) {
    throw invalid(
      `A durable execution may have ${MAX_OPERATIONS} operations, retries included; this would be number ` +
        `${total.operations}. Do more in each step, or continue in another execution.`,
    );
  }
  if (total.bytes > MAX_BYTES_WRITTEN && more.bytes > 0) {
    throw invalid(
      `A durable execution may write ${MAX_BYTES_WRITTEN} bytes of payloads (100 MB) over its whole life; this would ` +
        `make ${total.bytes}. Return less from each step.`,
    );
  }
}
