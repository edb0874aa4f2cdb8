import { describe, expect, it } from 'vitest';
import { createSimulatedTime } from '../../../shared/adapters/memory/simulated-time.ts';

const START = Date.UTC(2026, 2, 15, 12);

describe('simulated time', () => {
  it('stands still until it is moved', async () => {
    const { clock, timers, advance, pending } = createSimulatedTime(START);
    let awake = false;
    void timers.sleep(1000).then(() => (awake = true));
    await advance(999);
    expect([clock.now(), awake, pending()]).toEqual([START + 999, false, 1]);
    await advance(1);
    expect([clock.now(), awake, pending()]).toEqual([START + 1000, true, 0]);
  });

  it('wakes sleepers in order, each at its own time', async () => {
    const { clock, timers, advance } = createSimulatedTime(START);
    const woken: [string, number][] = [];
    const sleeper = async (name: string, ms: number): Promise<void> => {
      await timers.sleep(ms);
      woken.push([name, clock.now() - START]);
    };
    void sleeper('late', 300);
    void sleeper('early', 100);
    void sleeper('also early', 100);
    await advance(1000);
    expect(woken).toEqual([
      ['early', 100],
      ['also early', 100],
      ['late', 300],
    ]);
  });

  it('wakes those too who fall asleep again on the way', async () => {
    const { clock, timers, advance } = createSimulatedTime(START);
    const times: number[] = [];
    const ticking = async (): Promise<void> => {
      for (;;) {
        await timers.sleep(100);
        times.push(clock.now() - START);
      }
    };
    void ticking();
    await advance(350);
    expect(times).toEqual([100, 200, 300]);
    expect(clock.now()).toBe(START + 350);
  });

  it('lets what has been started come to its wait before time moves', async () => {
    const { clock, timers, advance } = createSimulatedTime(START);
    const started = async (): Promise<number> => {
      for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
      await timers.sleep(100);
      return clock.now();
    };
    const woken = started();
    await advance(100);
    expect(await woken).toBe(START + 100);
  });

  it('wakes a sleeper of no time on the next move', async () => {
    const { timers, advance } = createSimulatedTime(START);
    const sleep = timers.sleep(0);
    await advance(0);
    await expect(sleep).resolves.toBeUndefined();
  });

  it('ends a sleep with the reason of its signal', async () => {
    const { timers, pending } = createSimulatedTime(START);
    const controller = new AbortController();
    const reason = new Error('enough');
    const sleep = timers.sleep(1000, controller.signal);
    controller.abort(reason);
    await expect(sleep).rejects.toBe(reason);
    await expect(timers.sleep(1, controller.signal)).rejects.toBe(reason);
    expect(pending()).toBe(0);
  });

  it('aborts a deadline that passes, and not one that is cleared', async () => {
    const { timers, advance } = createSimulatedTime(START);
    const passing = timers.deadline(800);
    const cleared = timers.deadline(800);
    const sleep = timers.sleep(5000, passing.signal);
    sleep.catch(() => undefined);
    cleared.clear();
    await advance(799);
    expect(passing.signal.aborted).toBe(false);
    await advance(1);
    expect(passing.signal.aborted).toBe(true);
    expect(cleared.signal.aborted).toBe(false);
    await expect(sleep).rejects.toThrow('The time limit of 800 ms has passed.');
  });

  it('can be set back without waking anyone', async () => {
    const { clock, timers, set, pending } = createSimulatedTime(START);
    void timers.sleep(10);
    set(START - 60_000);
    expect([clock.now(), pending()]).toEqual([START - 60_000, 1]);
    await Promise.resolve();
    expect(pending()).toBe(1);
  });
});
