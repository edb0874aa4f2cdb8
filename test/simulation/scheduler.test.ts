import { describe, expect, it } from 'vitest';
import { drawsOf } from './draws.ts';
import { partyOf } from './parties/stage.ts';
import { Scheduler } from './world/scheduler.ts';

const START = 1_000;

function party(name: string, skewMs = 0) {
  return partyOf(name, skewMs, drawsOf(1, name));
}

describe('The scheduler', () => {
  it('lets go on whoever is due first, whoever asked first', async () => {
    const scheduler = new Scheduler(START);
    const seen: string[] = [];
    const work = (name: string, ms: number) => async (): Promise<void> => {
      await scheduler.sleep(ms);
      seen.push(`${name} at ${scheduler.now - START}`);
    };
    void scheduler.invoke(party('slow'), work('slow', 20));
    void scheduler.invoke(party('quick'), work('quick', 5));
    await scheduler.play();
    expect(seen).toEqual(['quick at 5', 'slow at 20']);
  });

  it('gives each party the clock of its own container', async () => {
    const scheduler = new Scheduler(START);
    const now = (): Promise<number> => Promise.resolve(scheduler.clock.now());
    expect(await scheduler.invoke(party('ahead', 60), now)).toBe(START + 60);
    expect(await scheduler.invoke(party('right'), now)).toBe(START);
    expect(scheduler.clock.now()).toBe(START);
  });

  it('keeps a party that has died where it stood, its timers included', async () => {
    const scheduler = new Scheduler(START);
    const seen: string[] = [];
    const victim = party('victim');
    const invoked = scheduler.invoke(victim, async () => {
      scheduler.timers.deadline(10).signal.addEventListener('abort', () => seen.push('deadline'));
      await scheduler.sleep(10);
      seen.push('went on');
    });
    scheduler.at(START + 5, () => scheduler.kill(victim));
    await scheduler.play();
    expect(await invoked).toBe('died');
    expect(seen).toEqual([]);
  });

  it('ends a sleep when its signal aborts', async () => {
    const scheduler = new Scheduler(START);
    const { signal } = scheduler.timers.deadline(3);
    const slept = scheduler.sleep(50, signal).catch((error: unknown) => (error as Error).name);
    await scheduler.play();
    expect(await slept).toBe('TimeoutError');
  });
});
