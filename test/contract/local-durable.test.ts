import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  callbackPath,
  eventually,
  FUNCTION_ARN,
  HOUR_MS,
  passTime,
  pause,
  startHost,
} from '../support/durable/host.ts';
import type { Host, Invoke } from '../support/durable/host.ts';
import { durableFunction } from '../support/durable/in-process.ts';

let host: Host;
beforeAll(async () => {
  host = await startHost();
});
afterAll(() => host.close());

describe('a durable function under the real SDK', () => {
  it('runs every step once, however often it is invoked, and ends with the result', async () => {
    const ran: string[] = [];
    const worker = durableFunction(async (event, context) => {
      const first = await context.step('first', async () => ran.push('first'));
      await context.wait('pause', { hours: 1 });
      const second = await context.step('second', async () => ran.push('second'));
      await context.wait('pause again', { hours: 1 });
      return { input: event, first, second };
    });
    const service = await host.start(worker.invoke, { waitScale: 1 });

    const outcome = await passTime(host.clock, service.start(FUNCTION_ARN, { pages: 2 }));

    expect(outcome).toEqual({ status: 'SUCCEEDED', result: { input: { pages: 2 }, first: 1, second: 2 } });
    expect(ran).toEqual(['first', 'second']);
    expect(worker.events).toHaveLength(3);
  });

  it('tells the function which operations changed while it slept', async () => {
    const worker = durableFunction(async (_event, context) => {
      await context.wait('pause', { hours: 1 });
    });
    const service = await host.start(worker.invoke, { waitScale: 1 });

    await passTime(host.clock, service.start(FUNCTION_ARN, {}));

    const wait = worker.events[1]?.InitialExecutionState.Operations.find((operation) => operation.Name === 'pause');
    expect(wait?.Status).toBe('SUCCEEDED');
    expect(worker.events.map((event) => event.UpdatedOperationIds)).toEqual([[], [wait?.Id]]);
  });

  it('sleeps until the local clock is moved, and not a moment less', async () => {
    const worker = durableFunction(async (_event, context) => {
      await context.wait({ hours: 1 });
      return 'awake';
    });
    let [asleep, ended] = [false, false];
    const invoke: Invoke = (arn, event) => worker.invoke(arn, event).finally(() => (asleep = true));
    const service = await host.start(invoke, { waitScale: 1 });
    const outcome = service.start(FUNCTION_ARN, {}).finally(() => (ended = true));

    // Before that the wait may not have begun, and would end later.
    await eventually(() => expect(asleep).toBe(true));
    host.clock.advance(HOUR_MS / 2);
    await pause(100);
    expect(ended).toBe(false);
    host.clock.advance(HOUR_MS / 2);

    expect(await outcome).toEqual({ status: 'SUCCEEDED', result: 'awake' });
    expect(worker.events).toHaveLength(2);
  });

  it('continues without another invocation when the wait ends while other work goes on', async () => {
    const worker = durableFunction(async (_event, context) => {
      await Promise.all([context.wait({ seconds: 1 }), context.step('busy', async () => pause(1_500))]);
      return 'both';
    });
    const service = await host.start(worker.invoke);

    expect(await service.start(FUNCTION_ARN, {})).toEqual({ status: 'SUCCEEDED', result: 'both' });
    expect(worker.events).toHaveLength(1);
  });

  it('tells the function wall-clock times, however far the local clock is ahead', async () => {
    const worker = durableFunction(async () => 1);
    const service = await host.start(worker.invoke);
    host.clock.advance(HOUR_MS);

    await service.start(FUNCTION_ARN, {});

    const started = worker.events[0]?.InitialExecutionState.Operations[0]?.StartTimestamp ?? '';
    expect(Math.abs(Date.parse(started) - Date.now())).toBeLessThan(60_000);
  });

  it('repeats a failing step until it succeeds, after the delays that its strategy asks for', async () => {
    const attempts: number[] = [];
    const worker = durableFunction((_event, context) =>
      context.step(
        'flaky',
        async ({ attempt }) => {
          attempts.push(attempt);
          if (attempt < 3) throw new Error('not yet');
          return 'done';
        },
        { retryStrategy: (_error, attempt) => ({ shouldRetry: attempt < 5, delay: { hours: 1 } }) },
      ),
    );
    const service = await host.start(worker.invoke, { waitScale: 1 });

    expect(await passTime(host.clock, service.start(FUNCTION_ARN, {}))).toEqual({
      status: 'SUCCEEDED',
      result: 'done',
    });
    expect(attempts).toEqual([1, 2, 3]);
    expect(worker.events).toHaveLength(3);
  });

  it('fails when a step has used up its retries', async () => {
    let attempts = 0;
    const worker = durableFunction((_event, context) =>
      context.step(
        'hopeless',
        async () => {
          attempts += 1;
          throw new RangeError('never');
        },
        { retryStrategy: (_error, attempt) => ({ shouldRetry: attempt < 2, delay: { seconds: 1 } }) },
      ),
    );
    const service = await host.start(worker.invoke);

    const outcome = await service.start(FUNCTION_ARN, {});

    expect(outcome).toMatchObject({ status: 'FAILED', error: { errorMessage: 'never' } });
    expect(attempts).toBe(2);
  });

  it('fails with the error that the handler throws, without repeating it', async () => {
    const worker = durableFunction(async () => {
      throw new TypeError('no such page');
    });
    const service = await host.start(worker.invoke);

    const outcome = await service.start(FUNCTION_ARN, {});

    expect(outcome).toEqual({ status: 'FAILED', error: { errorType: 'TypeError', errorMessage: 'no such page' } });
    expect(worker.events).toHaveLength(1);
  });

  it('runs branches and items side by side, each of its steps once', async () => {
    const ran: string[] = [];
    const step = (name: string) => async () => {
      ran.push(name);
      return name;
    };
    const worker = durableFunction(async (_event, context) => {
      const branches = await context.parallel('both', [
        async (branch) => {
          await branch.wait({ seconds: 1 });
          return branch.step('a', step('a'));
        },
        (branch) => branch.step('b', step('b')),
      ]);
      const items = await context.map('each', [1, 2, 3], (itemContext, item) =>
        itemContext.step(`item ${item}`, step(`item ${item}`)),
      );
      await context.wait({ seconds: 1 });
      return [...branches.getResults(), ...items.getResults()];
    });
    const service = await host.start(worker.invoke);

    const outcome = await service.start(FUNCTION_ARN, {});

    expect(outcome).toEqual({ status: 'SUCCEEDED', result: ['a', 'b', 'item 1', 'item 2', 'item 3'] });
    expect(ran.toSorted()).toEqual(['a', 'b', 'item 1', 'item 2', 'item 3']);
  });

  it('no longer sends what happened inside a context that has ended', async () => {
    const worker = durableFunction(async (_event, context) => {
      await context.runInChildContext('group', (child) => child.step('inside', async () => 1));
      await context.wait({ hours: 1 });
    });
    const service = await host.start(worker.invoke, { waitScale: 1 });

    await passTime(host.clock, service.start(FUNCTION_ARN, {}));

    const names = worker.events[1]?.InitialExecutionState.Operations.map((operation) => operation.Name);
    expect(names).toContain('group');
    expect(names).not.toContain('inside');
  });

  it('rebuilds the result of a context that was too large to store from its steps', async () => {
    const big = 'x'.repeat(200 * 1024);
    let ran = 0;
    const worker = durableFunction(async (_event, context) => {
      const parts = await context.runInChildContext('group', async (child) => [
        await child.step('one', async () => ((ran += 1), big)),
        await child.step('two', async () => ((ran += 1), big)),
      ]);
      await context.wait({ hours: 1 });
      return parts.map((part) => part.length);
    });
    const service = await host.start(worker.invoke, { waitScale: 1 });

    const outcome = await passTime(host.clock, service.start(FUNCTION_ARN, {}));

    expect(outcome).toEqual({ status: 'SUCCEEDED', result: [big.length, big.length] });
    expect(ran).toBe(2);
  });

  it('polls a condition, with its state from one poll to the next', async () => {
    const worker = durableFunction((_event, context) =>
      context.waitForCondition('counted', async (count: number) => count + 1, {
        initialState: 0,
        waitStrategy: (count) =>
          count < 3 ? { shouldContinue: true, delay: { seconds: 1 } } : { shouldContinue: false },
      }),
    );
    const service = await host.start(worker.invoke);

    expect(await service.start(FUNCTION_ARN, {})).toEqual({ status: 'SUCCEEDED', result: 3 });
  });

  it('ends with a result that is too large for an answer', async () => {
    // Between what the SDK still answers itself and what Lambda takes at most.
    const result = 'x'.repeat(6 * 1024 * 1024 - 20);
    const worker = durableFunction(async () => result);
    const service = await host.start(worker.invoke);

    const outcome = await service.start(FUNCTION_ARN, {});

    expect(outcome).toMatchObject({ status: 'SUCCEEDED' });
    expect(outcome.status === 'SUCCEEDED' && outcome.result === result).toBe(true);
  });

  it('replays a state of many pages without repeating a step', async () => {
    let ran = 0;
    const worker = durableFunction(async (_event, context) => {
      const steps = Array.from({ length: 1200 }, (_, index) => context.step(async () => ((ran += 1), index)));
      const results = await Promise.all(steps);
      await context.wait({ seconds: 1 });
      return results.reduce((sum, result) => sum + result, 0);
    });
    const service = await host.start(worker.invoke);

    const outcome = await service.start(FUNCTION_ARN, {});

    expect(outcome).toEqual({ status: 'SUCCEEDED', result: (1199 * 1200) / 2 });
    expect(ran).toBe(1200);
    expect(worker.events.at(-1)?.InitialExecutionState.NextMarker).not.toBe('');
  });

  it('keeps executions that run at the same time apart', async () => {
    const worker = durableFunction(async (event, context) => {
      await context.wait({ seconds: 1 });
      return context.step(async () => event['number']);
    });
    const service = await host.start(worker.invoke);

    const outcomes = await Promise.all([1, 2, 3, 4].map((number) => service.start(FUNCTION_ARN, { number })));

    expect(outcomes.map((outcome) => outcome.status === 'SUCCEEDED' && outcome.result)).toEqual([1, 2, 3, 4]);
  });
});

describe('a callback', () => {
  const waiting = (options: { timeout?: { seconds: number }; heartbeatTimeout?: { seconds: number } } = {}) => {
    const ids: string[] = [];
    const worker = durableFunction((_event, context) =>
      context.waitForCallback('approval', async (id) => void ids.push(id), options),
    );
    const id = () => eventually(() => (expect(ids).toHaveLength(1), ids[0]!));
    return { worker, id };
  };

  it('is answered from outside', async () => {
    const { worker, id } = waiting();
    const service = await host.start(worker.invoke);
    const outcome = service.start(FUNCTION_ARN, {});

    expect(await host.post(callbackPath(await id(), 'succeed'), { approved: true })).toMatchObject({ status: 200 });

    expect(await outcome).toEqual({ status: 'SUCCEEDED', result: '{"approved":true}' });
  });

  it('fails the function with the error that it is given', async () => {
    const { worker, id } = waiting();
    const service = await host.start(worker.invoke);
    const outcome = service.start(FUNCTION_ARN, {});

    await host.post(callbackPath(await id(), 'fail'), { ErrorType: 'Denied', ErrorMessage: 'not today' });

    expect(await outcome).toMatchObject({ status: 'FAILED', error: { errorMessage: 'not today' } });
  });

  it('times out, and then takes no answer any more', async () => {
    const { worker, id } = waiting({ timeout: { seconds: 5 } });
    const service = await host.start(worker.invoke);
    const outcome = service.start(FUNCTION_ARN, {});
    const callback = await id();

    expect(await outcome).toMatchObject({ status: 'FAILED' });
    expect(await host.post(callbackPath(callback, 'succeed'))).toMatchObject({
      status: 400,
      errorType: 'CallbackTimeoutException',
    });
  });

  it('is answered once', async () => {
    const ids: string[] = [];
    const worker = durableFunction(async (_event, context) => {
      const answer = await context.waitForCallback('approval', async (id) => void ids.push(id));
      await context.wait('night', { hours: 1 });
      return answer;
    });
    const service = await host.start(worker.invoke, { waitScale: 1 });
    const outcome = service.start(FUNCTION_ARN, {});
    await eventually(() => expect(ids).toHaveLength(1));

    const answers = [
      await host.post(callbackPath(ids[0]!, 'succeed'), 1),
      await host.post(callbackPath(ids[0]!, 'succeed'), 2),
    ];

    expect(answers.map(({ status, errorType }) => [status, errorType])).toEqual([
      [200, null],
      [400, 'CallbackTimeoutException'],
    ]);
    expect(await passTime(host.clock, outcome)).toEqual({ status: 'SUCCEEDED', result: '1' });
  });

  it('lives as long as its heartbeat', async () => {
    const { worker, id } = waiting({ heartbeatTimeout: { seconds: 60 } });
    const service = await host.start(worker.invoke, { waitScale: 1 });
    const outcome = service.start(FUNCTION_ARN, {});
    const callback = await id();

    for (let beats = 0; beats < 3; beats += 1) {
      host.clock.advance(50_000);
      expect(await host.post(callbackPath(callback, 'heartbeat'))).toMatchObject({ status: 200 });
    }
    host.clock.advance(61_000);

    expect(await outcome).toMatchObject({ status: 'FAILED' });
  });

  it('with an id that was never given out is refused', async () => {
    await host.start(waiting().worker.invoke);

    expect(await host.post(callbackPath('bm9uZQ==', 'succeed'))).toMatchObject({
      status: 400,
      errorType: 'InvalidParameterValueException',
    });
  });
});

describe('a chained invocation', () => {
  const caller = durableFunction((_event, context) => context.invoke('ask', 'other', { question: 1 }));

  it('hands on the answer of the other function', async () => {
    const asked: unknown[] = [];
    const service = await host.start(async (arn, event) => {
      if (arn !== 'other') return caller.invoke(arn, event);
      asked.push(event);
      return { ok: true, payload: { answer: 42 } };
    });

    expect(await service.start(FUNCTION_ARN, {})).toEqual({ status: 'SUCCEEDED', result: { answer: 42 } });
    expect(asked).toEqual([{ question: 1 }]);
  });

  it('fails with the error of the other function', async () => {
    const service = await host.start(async (arn, event) =>
      arn === 'other'
        ? { ok: false, error: { errorType: 'Error', errorMessage: 'no answer' } }
        : caller.invoke(arn, event),
    );

    const outcome = await service.start(FUNCTION_ARN, {});

    expect(outcome).toMatchObject({ status: 'FAILED', error: { errorMessage: 'no answer' } });
  });
});
