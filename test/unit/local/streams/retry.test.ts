import { describe, expect, it } from 'vitest';
import { outcomeOf } from '../../../../infra/local/cloud/streams/response.ts';
import { afterAttempt, withoutExpired } from '../../../../infra/local/cloud/streams/retry.ts';
import type { Batch, Decision, RetryPolicy } from '../../../../infra/local/cloud/streams/retry.ts';
import type { StreamRecord } from '../../../../infra/local/cloud/streams/record.ts';

const PATIENT: RetryPolicy = { bisects: false, maximumRetries: Infinity, maximumAgeMs: Infinity };

function records(...numbers: number[]): StreamRecord[] {
  return numbers.map((n) => ({ sequenceNumber: String(n), createdAt: n * 1000, size: 1, event: {} }));
}

function batch(numbers: number[], failures = 0): Batch {
  return { records: records(...numbers), failures };
}

/** Sequence numbers and failures, which is all that matters here. */
function shown(decision: Decision | undefined): unknown {
  const show = ({ records, failures }: Batch): unknown => [records.map((r) => Number(r.sequenceNumber)), failures];
  const { pending = [], givenUp } = decision ?? {};
  return { pending: pending.map(show), givenUp: givenUp && [...[show(givenUp)].flat(), givenUp.reason] };
}

describe('what follows an attempt', () => {
  const failed = (from: number): { kind: 'failed'; from: number } => ({ kind: 'failed', from });
  const divides = { ...PATIENT, bisects: true };
  const once = { ...PATIENT, maximumRetries: 1 };

  it.each<[string, Batch, Parameters<typeof afterAttempt>[1], RetryPolicy, unknown]>([
    ['nothing, when it was handled', batch([1, 2], 3), { kind: 'handled' }, once, { pending: [] }],
    ['the same again, when it was refused', batch([1, 2], 3), { kind: 'refused' }, once, { pending: [[[1, 2], 3]] }],
    ['the same again, when it failed', batch([1, 2], 5), failed(0), PATIENT, { pending: [[[1, 2], 6]] }],
    ['the rest, when it failed in the middle', batch([1, 2, 3]), failed(1), once, { pending: [[[2, 3], 1]] }],
    [
      'its end, when it has been retried enough',
      batch([1, 2], 1),
      failed(0),
      once,
      {
        pending: [],
        givenUp: [[1, 2], 2, 'RetryAttemptsExhausted'],
      },
    ],
    [
      'the end of what failed of it',
      batch([1, 2, 3], 1),
      failed(2),
      once,
      {
        pending: [],
        givenUp: [[3], 2, 'RetryAttemptsExhausted'],
      },
    ],
    [
      'two halves, uncounted',
      batch([1, 2, 3], 1),
      failed(0),
      divides,
      {
        pending: [
          [[1, 2], 1],
          [[3], 1],
        ],
      },
    ],
    ['the rest from where it failed, uncounted', batch([1, 2, 3], 1), failed(1), divides, { pending: [[[2, 3], 1]] }],
    ['one record again, since it cannot be divided', batch([1]), failed(0), divides, { pending: [[[1], 1]] }],
  ])('is %s', (_, given, outcome, policy, expected) => {
    expect(shown(afterAttempt(given, outcome, policy))).toEqual({ givenUp: undefined, ...Object(expected) });
  });

  it('gives up a record at once when there are no retries, however it was divided', () => {
    const strict = { ...divides, maximumRetries: 0 };
    expect(shown(afterAttempt(batch([4]), failed(0), strict))).toEqual({
      pending: [],
      givenUp: [[4], 1, 'RetryAttemptsExhausted'],
    });
  });
});

describe('records that are too old', () => {
  const policy = { ...PATIENT, maximumAgeMs: 10_000 };

  it.each<[string, number[], number, unknown]>([
    ['none', [5, 6], 15_000, { pending: [], givenUp: undefined }],
    ['the first ones', [5, 6, 7], 16_500, { pending: [[[7], 2]], givenUp: [[5, 6], 2, 'RecordAgeExceeded'] }],
    ['all of them', [5, 6], 99_000, { pending: [], givenUp: [[5, 6], 2, 'RecordAgeExceeded'] }],
  ])('are %s', (_, numbers, now, expected) => {
    expect(shown(withoutExpired(batch(numbers, 2), policy, now))).toEqual(expected);
  });

  it('are none without a limit', () => {
    expect(withoutExpired(batch([0]), PATIENT, Number.MAX_SAFE_INTEGER)).toBeUndefined();
  });
});

describe('how a function took its records', () => {
  const three = records(7, 8, 9);
  const answer = (payload: unknown): unknown => outcomeOf({ ok: true, payload }, three, true);
  const failures = (...itemIdentifiers: unknown[]): unknown =>
    answer({ batchItemFailures: itemIdentifiers.map((itemIdentifier) => ({ itemIdentifier })) });

  it.each([null, undefined, {}, 'fine', { batchItemFailures: null }, { batchItemFailures: [] }])(
    'is well when it answers %j',
    (payload) => {
      expect(answer(payload)).toEqual({ kind: 'handled' });
    },
  );

  it('is badly from the first record that it reports', () => {
    expect(failures('9', '8')).toEqual({ kind: 'failed', from: 1 });
  });

  it.each(['', null, 8, '10'])('is badly altogether when it reports %j, which names no record', (itemIdentifier) => {
    expect(failures('9', itemIdentifier)).toEqual({ kind: 'failed', from: 0 });
  });

  it.each([{ batchItemFailures: 'all' }, { batchItemFailures: [{ id: '8' }] }, { batchItemFailures: ['8'] }])(
    'is badly altogether when it answers %j, which makes no sense',
    (payload) => {
      expect(answer(payload)).toEqual({ kind: 'failed', from: 0 });
    },
  );

  it('is badly when it throws, and well whatever it answers when nobody reads that', () => {
    const error = { errorType: 'Error', errorMessage: 'no' };
    expect(outcomeOf({ ok: false, error }, three, true)).toEqual({ kind: 'failed', from: 0 });
    const payload = { batchItemFailures: [{ itemIdentifier: '8' }] };
    expect(outcomeOf({ ok: true, payload }, three, false)).toEqual({ kind: 'handled' });
  });
});
