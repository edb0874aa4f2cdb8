import { describe, expect, it } from 'vitest';
import type { DurableSteps } from '../../functions/reconciler/durable-steps.ts';
import { drawsOf } from './draws.ts';
import { Execution } from './parties/durable-execution.ts';
import { partyOf } from './parties/stage.ts';
import { Scheduler } from './world/scheduler.ts';

const SECOND_MS = 1_000;

/** Plays an execution to its end. @param meanwhile what else happens, once it has begun */
async function play<T>(
  run: (context: DurableSteps, scheduler: Scheduler) => Promise<T>,
  meanwhile: (execution: Execution<T>, scheduler: Scheduler) => void = () => undefined,
) {
  const scheduler = new Scheduler(0);
  const seen: unknown[] = [];
  const execution = new Execution<T>({
    scheduler,
    party: (n) => partyOf(`run-${n}`, 0, drawsOf(1, n)),
    run: (context) => run(context, scheduler),
    count: () => undefined,
    ended: (outcome) => seen.push(outcome),
  });
  execution.start();
  meanwhile(execution, scheduler);
  await scheduler.play();
  return { outcome: seen[0], ended: seen.length, at: scheduler.now };
}

describe('The double of a durable execution', () => {
  it('does a step once, however often the code begins anew', async () => {
    let done = 0;
    const { outcome } = await play(async (context) => {
      const answer = await context.step('first', () => Promise.resolve((done += 1)));
      await context.wait('pause', { seconds: 1 });
      return answer;
    });
    expect({ outcome, done }).toEqual({ outcome: { answer: 1 }, done: 1 });
  });

  it('goes on in another process when one dies in the middle of a step, which is done again', async () => {
    let begun = 0;
    const { outcome } = await play(
      async (context, scheduler) =>
        context.step('long', async () => {
          begun += 1;
          await scheduler.sleep(100);
          return begun;
        }),
      (execution, scheduler) => scheduler.at(50, () => execution.interrupt()),
    );
    expect(outcome).toEqual({ answer: 2 });
  });

  it('waits as long as it was told to, and tries a failed step again after the pause that was asked for', async () => {
    let attempts = 0;
    const { outcome, at } = await play(async (context) =>
      context.step(
        'flaky',
        () => {
          attempts += 1;
          return attempts < 3 ? Promise.reject(new Error('not yet')) : Promise.resolve('done');
        },
        { retryStrategy: () => ({ shouldRetry: true, delay: { seconds: 5 } }) },
      ),
    );
    expect({ outcome, at }).toEqual({ outcome: { answer: 'done' }, at: 10 * SECOND_MS });
  });

  it('hands on the message of a step that has failed for good', async () => {
    const { outcome } = await play(async (context) =>
      context.step('broken', () => Promise.reject(new TypeError('why'))),
    );
    expect(outcome).toEqual({ error: new Error('why') });
  });

  it('ends when somebody stops it, once', async () => {
    const { outcome, ended } = await play(
      async (context) => context.wait('for ever', { seconds: 3_600 }),
      (execution, scheduler) => scheduler.at(10, () => execution.stop()),
    );
    expect({ outcome, ended }).toEqual({ outcome: 'stopped', ended: 1 });
  });
});
