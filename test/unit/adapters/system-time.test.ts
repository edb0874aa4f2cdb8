import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../shared/adapters/system/clock.ts';
import { systemTimers } from '../../../shared/adapters/system/timers.ts';

describe('the system clock', () => {
  it('tells the time in milliseconds', () => {
    const before = Date.now();
    const now = systemClock.now();
    expect(now).toBeGreaterThanOrEqual(before);
    expect(now).toBeLessThanOrEqual(Date.now());
  });
});

describe('the system timers', () => {
  it('sleep as long as they are told', async () => {
    const start = performance.now();
    await systemTimers.sleep(30);
    expect(performance.now() - start).toBeGreaterThan(25);
  });

  it('wake with the reason of a signal that aborts, at once', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const sleep = systemTimers.sleep(60_000, controller.signal);
    controller.abort(reason);
    await expect(sleep).rejects.toBe(reason);
    await expect(systemTimers.sleep(60_000, controller.signal)).rejects.toBe(reason);
  });

  it('wake with an error also when the reason of the signal is none', async () => {
    await expect(systemTimers.sleep(60_000, AbortSignal.abort('just so'))).rejects.toMatchObject({
      name: 'AbortError',
    });
  });

  it('leave no listener on a signal that outlives the sleep', async () => {
    const controller = new AbortController();
    let listeners = 0;
    const { signal } = controller;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners += 1;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners -= 1;
      remove(...args);
    };
    await systemTimers.sleep(1, signal);
    expect(listeners).toBe(0);
  });

  it('do not take a sleep that is longer than a timer holds for none', async () => {
    const controller = new AbortController();
    const sleep = systemTimers.sleep(2 ** 40, controller.signal);
    const first = await Promise.race([sleep, systemTimers.sleep(20).then(() => 'still asleep')]);
    expect(first).toBe('still asleep');
    controller.abort(new Error('enough'));
    await expect(sleep).rejects.toThrow('enough');
  });

  it('abort a deadline when it has passed, and say so', async () => {
    const { signal } = systemTimers.deadline(20);
    expect(signal.aborted).toBe(false);
    await systemTimers.sleep(60);
    expect(signal.aborted).toBe(true);
    expect(signal.reason).toBeInstanceOf(Error);
    expect(String(signal.reason)).toContain('The time limit of 20 ms has passed.');
  });

  it('let go of a deadline that is cleared', async () => {
    const deadline = systemTimers.deadline(20);
    deadline.clear();
    await systemTimers.sleep(60);
    expect(deadline.signal.aborted).toBe(false);
  });
});
