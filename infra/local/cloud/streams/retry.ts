import type { StreamRecord } from './record.ts';

/** Records that a function is to be handed together. */
export interface Batch {
  readonly records: readonly StreamRecord[];
  /** How often the function has failed at it. */
  readonly failures: number;
}

/** When a batch is divided and when it is given up. */
export interface RetryPolicy {
  readonly bisects: boolean;
  /** Infinity: until the function takes it. */
  readonly maximumRetries: number;
  /** In ms; Infinity: none is too old. */
  readonly maximumAgeMs: number;
}

/** How a function took a batch. */
export type Outcome =
  | { readonly kind: 'handled' }
  /** All before the record at `from` was handled. */
  | { readonly kind: 'failed'; readonly from: number }
  /** It did not run: throttled, for example. */
  | { readonly kind: 'refused' };

/** Records that are not handed over any more. */
export interface GivenUpBatch extends Batch {
  readonly reason: 'RetryAttemptsExhausted' | 'RecordAgeExceeded';
}

/** What is to be done with a batch. */
export interface Decision {
  /** Still to be handed over, in this order: the end of the batch. What comes before it is done with. */
  readonly pending: readonly Batch[];
  readonly givenUp?: GivenUpBatch;
}

/** @returns What gives up the records at the front of a batch that are too old; undefined when none is. */
export function withoutExpired(batch: Batch, policy: RetryPolicy, now: number): Decision | undefined {
  const oldest = now - policy.maximumAgeMs;
  const fresh = batch.records.findIndex(({ createdAt }) => createdAt >= oldest);
  if (fresh === 0) return undefined;
  const expired = fresh < 0 ? batch.records : batch.records.slice(0, fresh);
  const rest = { ...batch, records: batch.records.slice(expired.length) };
  return {
    pending: rest.records.length > 0 ? [rest] : [],
    givenUp: { ...batch, records: expired, reason: 'RecordAgeExceeded' },
  };
}

/**
 * What follows from how a function took a batch. Only what is sent again as it was counts as a retry: dividing a batch does
 * not, nor does a call that Lambda refused.
 */
export function afterAttempt(batch: Batch, outcome: Outcome, policy: RetryPolicy): Decision {
  switch (outcome.kind) {
    case 'handled':
      return { pending: [] };
    case 'refused':
      return { pending: [batch] };
    case 'failed':
      return afterFailure(batch, outcome.from, policy);
    default:
      return outcome satisfies never;
  }
}

function afterFailure({ records, failures }: Batch, from: number, policy: RetryPolicy): Decision {
  const rest = records.slice(from);
  if (policy.bisects && from > 0) return { pending: [{ records: rest, failures }] };
  if (policy.bisects && rest.length > 1) {
    const half = Math.ceil(rest.length / 2);
    const halves = [rest.slice(0, half), rest.slice(half)];
    return { pending: halves.map((part) => ({ records: part, failures })) };
  }
  const failed = { records: rest, failures: failures + 1 };
  if (failed.failures <= policy.maximumRetries) return { pending: [failed] };
  return { pending: [], givenUp: { ...failed, reason: 'RetryAttemptsExhausted' } };
}
