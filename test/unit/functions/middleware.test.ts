import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { beforeEach, describe, expect, it } from 'vitest';
import { isThrownAnswer, UNAUTHORIZED, UNAVAILABLE } from '../../../functions/authorizer/thrown-answers.ts';
import { answerErrors } from '../../../functions/middleware/answer-errors.ts';
import { CONCEALED, concealErrors } from '../../../functions/middleware/conceal-errors.ts';
import { flushMetrics } from '../../../functions/middleware/flush-metrics.ts';
import { SecretInvalid } from '../../../shared/adapters/secrets/secret-error.ts';
import { StoreUnavailable } from '../../../shared/ports/user-store.ts';
import type { Parts } from '../../support/functions/parts.ts';
import { createParts } from '../../support/functions/parts.ts';

let parts: Parts;
beforeEach(() => {
  parts = createParts();
});
const context = {} as Context;
const throwing = (error: Error) => () => {
  throw error;
};

describe('An unexpected error behind an HTTP route', () => {
  it.each([
    [500, new TypeError('ada@example.com is not a function'), 500],
    [503, new TypeError('ada@example.com is not a function'), 503],
    [500, new StoreUnavailable('The table did not take the call.'), 503],
  ] as const)(
    'with %d configured is answered plainly, and its message stays out of everything',
    async (status, error, answered) => {
      const handler = middy().use(answerErrors(parts.log, status)).handler(throwing(error));
      const answer = (await handler({}, context)) as { statusCode: number; body: string };
      expect(answer.statusCode).toBe(answered);
      expect(JSON.stringify([answer, parts.log.lines])).not.toContain('ada@example.com');
      expect(parts.log.lines[0]?.facts['error']).toBe(error.name);
    },
  );

  it('is told in full where it is ours and names a setting', async () => {
    const error = new SecretInvalid('the field webhookSecrets of the secret is empty');
    await middy().use(answerErrors(parts.log)).handler(throwing(error))({}, context);
    expect(parts.log.lines[0]?.facts['reason']).toContain('webhookSecrets');
  });

  it('does not keep the metrics from being handed on', async () => {
    const handler = middy()
      .use(flushMetrics(parts.metrics))
      .use(answerErrors(parts.log))
      .handler(() => {
        parts.metrics.record('AutoSync', 1);
        throw new Error('late');
      });
    await handler({}, context);
    expect(parts.metrics.recorded().every(({ flushed }) => flushed)).toBe(true);
  });
});

describe('An unexpected error of the authorizer', () => {
  it('reaches the runtime without its message', async () => {
    const handler = middy()
      .use(concealErrors(parts.log, isThrownAnswer))
      .handler(throwing(new Error('ada@example.com')));
    await expect(handler({}, context)).rejects.toThrow(/^Internal error$/);
    expect(JSON.stringify(parts.log.lines)).not.toContain('ada@example.com');
  });

  it('is logged once, however many requests fail with the same, and reaches the runtime as one error', async () => {
    const [unread, again] = [new SecretInvalid('The secret cannot be read.'), new SecretInvalid('Not yet either.')];
    const errors = [unread, unread, unread, again, again];
    const handler = middy()
      .use(concealErrors(parts.log, isThrownAnswer))
      .handler(() => throwing(errors.shift() ?? again)());
    for (const _ of [1, 2, 3, 4, 5]) await expect(handler({}, context)).rejects.toBe(CONCEALED);
    expect(parts.log.lines.map(({ facts }) => facts['reason'])).toEqual([unread.message, again.message]);
  });

  it.each([
    ['a refusal', UNAUTHORIZED],
    ['a table that is out of reach', UNAVAILABLE],
  ])('is not what %s is taken for: that goes on as it is, unlogged and without a stack', async (_name, error) => {
    const handler = middy().use(concealErrors(parts.log, isThrownAnswer)).handler(throwing(error));
    await expect(handler({}, context)).rejects.toBe(error);
    expect(error.stack).toBe(error.message);
    expect(parts.log.lines).toEqual([]);
  });
});
