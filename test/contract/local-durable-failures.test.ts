import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { MAX_BYTES_WRITTEN, MAX_FAILED_INVOCATIONS, MAX_OPERATIONS } from '../../infra/local/durable/limits.ts';
import { keepWithinLimits } from '../../infra/local/durable/metering.ts';
import type { InvocationResult } from '../../infra/local/invocation.ts';
import { eventually, executionPath, FUNCTION_ARN, startHost } from '../support/durable/host.ts';
import type { Answer, DurableEvent, Host } from '../support/durable/host.ts';
import { durableFunction } from '../support/durable/in-process.ts';

let host: Host;
beforeAll(async () => {
  host = await startHost();
});
afterAll(() => host.close());

const CRASH: InvocationResult = { ok: false, error: { errorType: 'Runtime.ExitError', errorMessage: 'exit status 1' } };

/** An invocation that goes on until the test lets it end: the test plays the function, checkpoint by checkpoint. */
async function openInvocation(options: { executionTimeoutSeconds?: number } = {}) {
  const event = Promise.withResolvers<DurableEvent>();
  const answer = Promise.withResolvers<InvocationResult>();
  const service = await host.start(async (_arn, received) => {
    event.resolve(received);
    return answer.promise;
  });
  const outcome = service.start(FUNCTION_ARN, {}, options);
  outcome.catch(() => undefined);
  const { DurableExecutionArn: arn, CheckpointToken: token } = await event.promise;
  const checkpoint = (body: Record<string, unknown>): Promise<Answer> =>
    host.post(executionPath(arn, 'checkpoint'), body);
  return { arn, token, outcome, checkpoint, end: (payload: unknown) => answer.resolve({ ok: true, payload }) };
}

const start = (Id: string, Type: string, more: object = {}) => ({ Id, Type, Action: 'START', ...more });
const close = (Id: string, Type: string, Action: string, more: object = {}) => ({ Id, Type, Action, ...more });

describe('the limits of a durable execution', () => {
  const steps = (count: number) =>
    durableFunction(async (_event, context) => {
      const all = Array.from({ length: count }, () => context.step(async () => 0));
      await Promise.all(all);
      return 'done';
    });

  it('allow 3,000 operations', async () => {
    const service = await host.start(steps(MAX_OPERATIONS).invoke);

    expect(await service.start(FUNCTION_ARN, {})).toEqual({ status: 'SUCCEEDED', result: 'done' });
  });

  it('fail the execution that needs one more, and name the limit', async () => {
    const service = await host.start(steps(MAX_OPERATIONS + 1).invoke);

    const outcome = await service.start(FUNCTION_ARN, {});

    expect(outcome).toMatchObject({
      status: 'FAILED',
      error: { errorMessage: expect.stringContaining('3000 operations') as string },
    });
  });

  it('count every retry of a step as one operation more', async () => {
    const run = await openInvocation();
    const names = Array.from({ length: MAX_OPERATIONS - 1 }, (_, index) => start(`s${index}`, 'STEP'));
    const first = await run.checkpoint({ CheckpointToken: run.token, Updates: names });
    const retry = (id: string) => close(id, 'STEP', 'RETRY', { StepOptions: { NextAttemptDelaySeconds: 60 } });
    const second = await run.checkpoint({ CheckpointToken: first.body['CheckpointToken'], Updates: [retry('s0')] });

    const third = await run.checkpoint({ CheckpointToken: second.body['CheckpointToken'], Updates: [retry('s1')] });

    expect([first.status, second.status, third.status]).toEqual([200, 200, 400]);
    expect(third.body['message']).toContain('3000 operations');
  });

  it('fail the execution whose step returns more than 1 MB', async () => {
    const worker = durableFunction((_event, context) => context.step('read', async () => 'x'.repeat(1024 * 1024)));
    const service = await host.start(worker.invoke);

    const outcome = await service.start(FUNCTION_ARN, {});

    expect(outcome).toMatchObject({
      status: 'FAILED',
      error: { errorMessage: expect.stringContaining('STEP "read" payload size must be') as string },
    });
  });

  it('refuse what would make 100 MB written over the whole execution', () => {
    const spent = { operations: 1, bytes: MAX_BYTES_WRITTEN - 10 };

    expect(() => keepWithinLimits(spent, { operations: 0, bytes: 10 })).not.toThrow();
    expect(() => keepWithinLimits(spent, { operations: 0, bytes: 11 })).toThrow('100 MB');
  });

  it('end the execution at its timeout, whatever runs, and take no checkpoint any more', async () => {
    const run = await openInvocation({ executionTimeoutSeconds: 60 });
    const first = await run.checkpoint({ CheckpointToken: run.token, Updates: [start('a', 'STEP')] });

    host.clock.advance(60_000);

    expect(await run.outcome).toMatchObject({ status: 'TIMED_OUT', error: { errorType: 'Execution.Timeout' } });
    const late = await run.checkpoint({ CheckpointToken: first.body['CheckpointToken'], Updates: [] });
    expect(late).toMatchObject({ status: 400, body: { message: 'Invalid checkpoint token' } });
  });
});

describe('a checkpoint', () => {
  it('consumes its token: the old one is refused with the service’s own words', async () => {
    const run = await openInvocation();
    const first = await run.checkpoint({ CheckpointToken: run.token, Updates: [start('a', 'STEP')] });

    const stale = await run.checkpoint({ CheckpointToken: run.token, Updates: [start('b', 'STEP')] });
    const fresh = await run.checkpoint({
      CheckpointToken: first.body['CheckpointToken'],
      Updates: [start('b', 'STEP')],
    });

    expect(stale).toMatchObject({
      status: 400,
      errorType: 'InvalidParameterValueException',
      body: { message: 'Invalid checkpoint token' },
    });
    expect(fresh.status).toBe(200);
  });

  it('is applied once when it is repeated because its answer was lost', async () => {
    const run = await openInvocation();
    const request = { CheckpointToken: run.token, ClientToken: 'once', Updates: [start('a', 'STEP')] };

    const first = await run.checkpoint(request);
    const again = await run.checkpoint(request);

    expect(first.status).toBe(200);
    expect(again).toEqual(first);
  });

  it('with a token of another execution is refused', async () => {
    const run = await openInvocation();

    expect(await run.checkpoint({ CheckpointToken: 'QUJD', Updates: [] })).toMatchObject({ status: 400 });
  });

  it('of an execution that does not exist is refused', async () => {
    await openInvocation();
    const path = executionPath(`${FUNCTION_ARN}/durable-execution/no/such`, 'checkpoint');

    expect(await host.post(path, { CheckpointToken: 'QUJD' })).toMatchObject({
      status: 404,
      errorType: 'ResourceNotFoundException',
    });
  });

  it('that comes from an invocation that crashed is refused', async () => {
    const worker = durableFunction(async (_event, context) => context.step(async () => 'done'));
    const tokens: string[] = [];
    const service = await host.start(async (arn, event) => {
      tokens.push(event.CheckpointToken);
      return tokens.length === 1 ? CRASH : worker.invoke(arn, event);
    });
    let arn = '';
    const outcome = service.start(FUNCTION_ARN, {});
    await eventually(() => expect((arn = worker.events[0]?.DurableExecutionArn ?? '')).not.toBe(''));
    await outcome;

    const late = await host.post(executionPath(arn, 'checkpoint'), { CheckpointToken: tokens[0], Updates: [] });

    expect(late).toMatchObject({ status: 400, body: { message: 'Invalid checkpoint token' } });
  });

  it('that comes while the function sleeps is refused', async () => {
    const run = await openInvocation();
    const nap = start('nap', 'WAIT', { WaitOptions: { WaitSeconds: 3600 } });
    const first = await run.checkpoint({ CheckpointToken: run.token, Updates: [nap] });

    run.end({ Status: 'PENDING' });
    const late = await run.checkpoint({
      CheckpointToken: first.body['CheckpointToken'],
      Updates: [start('a', 'STEP')],
    });

    expect(late).toMatchObject({ status: 400, body: { message: 'Invalid checkpoint token' } });
  });

  it('is answered with wall-clock times, however far the local clock is ahead', async () => {
    const run = await openInvocation();
    host.clock.advance(3_600_000);
    const nap = start('nap', 'WAIT', { WaitOptions: { WaitSeconds: 600 } });

    const { body } = await run.checkpoint({ CheckpointToken: run.token, Updates: [nap] });

    const due = Date.now() / 1000 + 60;
    expect(body).toMatchObject({ NewExecutionState: { Operations: [{ Id: 'nap', Status: 'STARTED' }] } });
    const text = JSON.stringify(body);
    const scheduled = Number(/"ScheduledEndTimestamp":([\d.]+)/.exec(text)?.[1]);
    expect(Math.abs(scheduled - due)).toBeLessThan(5);
  });

  const REFUSED: [why: string, updates: unknown][] = [
    ['starts a step that runs', [start('open', 'STEP')]],
    ['ends a step that has ended', [close('done', 'STEP', 'SUCCEED')]],
    [
      'retries a step that has ended',
      [close('done', 'STEP', 'RETRY', { StepOptions: { NextAttemptDelaySeconds: 1 } })],
    ],
    ['retries without saying when', [close('open', 'STEP', 'RETRY')]],
    ['cancels a step', [close('open', 'STEP', 'CANCEL')]],
    ['succeeds with an error', [close('open', 'STEP', 'SUCCEED', { Error: { ErrorMessage: 'no' } })]],
    ['fails with a payload', [close('open', 'STEP', 'FAIL', { Payload: '1' })]],
    ['ends a wait', [close('wait', 'WAIT', 'SUCCEED')]],
    ['starts a wait without a duration', [start('new', 'WAIT')]],
    ['starts a context that exists', [start('context', 'CONTEXT')]],
    ['treats a step as a wait', [close('open', 'WAIT', 'CANCEL')]],
    ['names a parent that is no context', [start('new', 'STEP', { ParentId: 'open' })]],
    ['names a parent that does not exist', [start('new', 'STEP', { ParentId: 'nobody' })]],
    ['starts the same step twice', [start('new', 'STEP'), start('new', 'STEP')]],
    ['ends the execution before its last update', [close('x', 'EXECUTION', 'SUCCEED'), start('new', 'STEP')]],
    ['invokes a function without a name', [start('new', 'CHAINED_INVOKE')]],
    ['has an unknown type', [start('new', 'NAP')]],
    ['has no id', [{ Type: 'STEP', Action: 'START' }]],
    ['has updates that are no list', { 0: start('new', 'STEP') }],
  ];

  it.each(REFUSED)('that %s is refused as a whole, and its token stays good', async (_why, updates) => {
    const run = await openInvocation();
    const given = [
      start('open', 'STEP'),
      start('done', 'STEP'),
      close('done', 'STEP', 'SUCCEED', { Payload: '1' }),
      start('wait', 'WAIT', { WaitOptions: { WaitSeconds: 600 } }),
      start('context', 'CONTEXT'),
    ];
    const first = await run.checkpoint({ CheckpointToken: run.token, Updates: given });
    const token = first.body['CheckpointToken'];
    // What could be applied comes along: it must not be.
    const mixed = Array.isArray(updates) ? [start('innocent', 'STEP'), ...(updates as unknown[])] : updates;

    const refused = await run.checkpoint({ CheckpointToken: token, Updates: mixed });
    const after = await run.checkpoint({ CheckpointToken: token, Updates: [start('innocent', 'STEP')] });

    expect(first.status).toBe(200);
    expect(refused).toMatchObject({ status: 400, errorType: 'InvalidParameterValueException' });
    expect(after.status).toBe(200);
  });

  it('that ends the execution gives out no further token', async () => {
    const run = await openInvocation();
    const last = close('result', 'EXECUTION', 'SUCCEED', { Payload: '"large"' });

    const answer = await run.checkpoint({ CheckpointToken: run.token, Updates: [last] });

    expect(answer.status).toBe(200);
    expect(answer.body['CheckpointToken']).toBeUndefined();
    expect(await run.outcome).toEqual({ status: 'SUCCEEDED', result: 'large' });
  });
});

describe('an invocation that fails', () => {
  it('is repeated with the state so far: finished steps are not', async () => {
    const ran: string[] = [];
    const worker = durableFunction(async (_event, context) => {
      await context.step('first', async () => ran.push('first'));
      await context.step('second', async () => ran.push('second'));
      return 'done';
    });
    let invocations = 0;
    const service = await host.start(async (arn, event) => {
      invocations += 1;
      const result = await worker.invoke(arn, event);
      // Both steps are stored, and then the process dies instead of answering.
      return invocations === 1 ? CRASH : result;
    });

    expect(await service.start(FUNCTION_ARN, {})).toEqual({ status: 'SUCCEEDED', result: 'done' });
    expect(ran).toEqual(['first', 'second']);
    expect(invocations).toBe(2);
  });

  it('again and again fails the execution, with its last error and what AWS would do', async () => {
    let invocations = 0;
    const service = await host.start(
      async () => {
        invocations += 1;
        return CRASH;
      },
      { waitScale: 0.001 },
    );

    const outcome = await service.start(FUNCTION_ARN, {});

    expect(invocations).toBe(MAX_FAILED_INVOCATIONS);
    expect(outcome).toMatchObject({
      status: 'FAILED',
      error: {
        errorType: 'Runtime.ExitError',
        errorMessage: expect.stringMatching(/^exit status 1 .*AWS would go on/) as string,
      },
    });
  });

  it('is repeated for as long as the execution gets further in between', async () => {
    let steps = 0;
    const worker = durableFunction(async (_event, context) => {
      for (let index = 0; index < 2 * MAX_FAILED_INVOCATIONS; index += 1) {
        await context.step(async () => {
          steps += 1;
        });
        // The process dies after each step that it really ran: the replayed ones pass by here in an instant.
        if (index === steps - 1 && !died.has(index)) {
          died.add(index);
          throw Object.assign(new Error('killed'), { isUnrecoverable: true, isUnrecoverableInvocation: true });
        }
      }
      return steps;
    });
    const died = new Set<number>();
    const service = await host.start(worker.invoke, { waitScale: 0.001 });

    expect(await service.start(FUNCTION_ARN, {})).toEqual({ status: 'SUCCEEDED', result: 2 * MAX_FAILED_INVOCATIONS });
    expect(worker.events).toHaveLength(2 * MAX_FAILED_INVOCATIONS + 1);
  });

  it('waits longer from one attempt to the next', async () => {
    const at: number[] = [];
    const service = await host.start(async () => {
      at.push(host.clock.now());
      return at.length < 4 ? CRASH : { ok: true, payload: { Status: 'SUCCEEDED', Result: '1' } };
    });

    await service.start(FUNCTION_ARN, {});

    // A tenth of 1, 2 and 4 seconds.
    const pauses = at.slice(1).map((time, index) => time - at[index]!);
    expect(pauses[0]).toBeGreaterThanOrEqual(100);
    expect(pauses[1]).toBeGreaterThanOrEqual(200);
    expect(pauses[2]).toBeGreaterThanOrEqual(400);
  });

  it('because the function cannot be invoked at all ends with that error', async () => {
    const service = await host.start(() => Promise.reject(new Error('Function not found: worker')), {
      waitScale: 0.001,
    });

    expect(await service.start(FUNCTION_ARN, {})).toMatchObject({
      status: 'FAILED',
      error: { errorMessage: expect.stringContaining('Function not found: worker') as string },
    });
  });
});

describe('an answer', () => {
  it('of a function that is not durable fails the execution and says what to do', async () => {
    const service = await host.start(async () => ({ ok: true, payload: 'hello' }));

    expect(await service.start(FUNCTION_ARN, {})).toMatchObject({
      status: 'FAILED',
      error: { errorMessage: expect.stringContaining('withDurableExecution') as string },
    });
  });

  it('of PENDING with nothing to wait for fails the execution', async () => {
    const service = await host.start(async () => ({ ok: true, payload: { Status: 'PENDING' } }));

    expect(await service.start(FUNCTION_ARN, {})).toMatchObject({
      status: 'FAILED',
      error: { errorType: 'InvalidParameterValueException' },
    });
  });

  it('after the execution was stopped counts no more', async () => {
    const run = await openInvocation();

    await host.post(executionPath(run.arn, 'stop'), { ErrorType: 'Manual', ErrorMessage: 'enough' });
    run.end({ Status: 'SUCCEEDED', Result: '1' });

    expect(await run.outcome).toEqual({ status: 'STOPPED', error: { errorType: 'Manual', errorMessage: 'enough' } });
    expect((await host.get(executionPath(run.arn))).body).toMatchObject({ Status: 'STOPPED' });
  });
});

describe('a call of the durable API that is not imitated', () => {
  it('is refused in words', async () => {
    const run = await openInvocation();

    expect(await host.get(executionPath(run.arn, 'history'))).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining('not imitated') as string },
    });
  });
});
