import { describe, expect, it } from 'vitest';
import { atMost, CONTROL, exactly, oneWithin, ratio } from '../../bench/measurement.ts';
import type { Measurement, Samples, Target } from '../../bench/measurement.ts';
import { createProgress } from '../../bench/progress.ts';
import { describeReport, reportOf } from '../../bench/report.ts';
import { runMeasurements } from '../../bench/run.ts';
import type { World } from '../../bench/world.ts';

/** Nothing of it is used by measurements that measure nothing real. */
const world = { host: { endSubjects: () => Promise.resolve() } } as World;

/** Two contestants: one takes 1, 2, 3… in its rounds, the other twice as long. */
function doubling(target: Target, turns: string[] = []): Measurement {
  const contestant = (name: string, factor: number) => {
    let round = 0;
    const sample = () => {
      turns.push(name);
      round += 1;
      return Promise.resolve({ wall: round * factor });
    };
    return { name, sample };
  };
  return {
    name: 'test',
    seconds: { start: 1, round: 1 },
    rounds: (asked) => asked,
    start: () => Promise.resolve([contestant('slow', 2), contestant('quick', 1)]),
    rows: (samples) => [
      { suffix: '', unit: 'ms', values: samples.of('quick', 'wall') },
      {
        suffix: '/quick',
        unit: '×',
        values: ratio(samples.of('slow', 'wall'), samples.of('quick', 'wall')),
        target,
        detail: 'as made',
      },
    ],
  };
}

const run = (measurement: Measurement, rounds = 4) =>
  runMeasurements(world, [measurement], { rounds, onRound: () => undefined });

describe('a measurement', () => {
  it('becomes rows: median, spread, and ratios that are paired by round', async () => {
    expect(await run(doubling(atMost(2)))).toEqual([
      { name: 'test', unit: 'ms', value: 2.5, spread: 1.5, target: null, ok: true },
      { name: 'test/quick', unit: '×', value: 2, spread: 0, target: '≤ 2', ok: true, detail: 'as made' },
    ]);
  });

  it('lets its contestants take turns', async () => {
    const turns: string[] = [];
    await run(doubling(atMost(2), turns));
    expect(turns.join(' ')).toBe('slow quick quick slow quick slow slow quick');
  });

  it('whose target is missed is not ok', async () => {
    expect(await run(doubling(atMost(1.9)))).toMatchObject([{ ok: true }, { ok: false, target: '≤ 1.9' }]);
  });

  it('that asks for what nobody measured fails', async () => {
    const rows = (samples: Samples) => [{ suffix: '', unit: 'ms' as const, values: samples.of('quick', 'cpu') }];
    await expect(run({ ...doubling(atMost(2)), rows })).rejects.toThrow(
      'Nobody measured the quantity "cpu" of "quick"',
    );
  });
});

describe('a target', () => {
  it.each<[Target, number, boolean]>([
    [atMost(2), 2, true],
    [atMost(2), 2.01, false],
    [exactly(0.5), 0.5, true],
    [exactly(0.5), 0.49, false],
    [exactly(0), 0, true],
    [exactly(0), 1, false],
    [oneWithin(0.1), 0.91, true],
    [oneWithin(0.1), 1.09, true],
    [oneWithin(0.1), 0.89, false],
    [oneWithin(0.1), 1.11, false],
    [atMost(2), Number.NaN, false],
    [oneWithin(0.1), Number.NaN, false],
  ])('%j is met by %d: %j', (target, value, met) => {
    expect(target.isMet(value)).toBe(met);
  });
});

describe('a report', () => {
  it('for people has a line for each row, marks what missed its target and counts it', async () => {
    const rows = await run(doubling(atMost(1)));
    const text = describeReport(reportOf(rows, { startedAt: new Date(), rounds: 4 }));
    expect(text).toMatch(/^ +test +2\.50 ms +± 0\.75$/m);
    expect(text).toMatch(/^✗ +test\/quick +2\.00 × +± 0\.00 +target ≤ 1$/m);
    expect(text).toContain('test/quick: as made');
    expect(text).toMatch(/1 of 2 rows miss their target\.$/);
  });

  it('for people says so where two runs of the same code were too far apart', () => {
    const row = { name: `x${CONTROL}`, value: 1.3, unit: '×', target: '1 ± 0.1', ok: false, spread: 0.2 };
    const text = describeReport(reportOf([row], { startedAt: new Date(), rounds: 4 }));
    expect(text).toContain('the machine was too busy');
  });

  it('for programs says on what it was measured', () => {
    const { node, cpu, cores, rows } = reportOf([], { startedAt: new Date(), rounds: 4 });
    expect([node, rows]).toEqual([process.version, []]);
    expect(cpu).not.toBe('');
    expect(cores).toBeGreaterThan(0);
  });
});

describe('the progress of a run', () => {
  it('is told when a measurement starts and then every few seconds, with the time that is left', () => {
    const measurement = doubling(atMost(2));
    let now = 0;
    const lines: string[] = [];
    const say = (line: string) => void lines.push(line.trim());
    const progress = createProgress({ measurements: [measurement], rounds: 20, now: () => now, say });
    for (let round = 0; round < 20; round += 1) {
      progress.round(measurement, round, 20);
      now += 2_000;
    }
    expect(lines[0]).toBe('test: starting, about 21 s left');
    expect(lines).toHaveLength(7);
    // Each round has taken twice as long as was expected.
    expect(lines.at(-1)).toMatch(/^test: round 19 of 20, about [3-4] s left$/);
  });
});
