import { describe, expect, it } from 'vitest';
import { MEMORY_SIZES } from '../../../infra/constructs/memory-sizes.ts';
import type { Samples } from '../../bench/measurement.ts';
import { growth } from '../../bench/measurements/growth.ts';
import { runMeasurements } from '../../bench/run.ts';
import { heapOnLambda, reconcilerOf } from '../../bench/subjects.ts';
import { createIssuer } from '../../bench/tokens.ts';
import type { World } from '../../bench/world.ts';

type Units = (size: number) => { readonly readUnits: number; readonly writeUnits: number };
type Paths = Readonly<Record<'authorizer' | 'webhook' | 'users.me' | 'incremental' | 'full', Units>>;

const SIZES = [100, 1_000];
const FLAT: Units = () => ({ readUnits: 0.5, writeUnits: 1 });
const AS_IT_SHOULD_BE: Paths = {
  authorizer: FLAT,
  webhook: FLAT,
  'users.me': FLAT,
  incremental: (size) => ({ readUnits: 350 + size / 40, writeUnits: 30 }),
  full: (size) => ({ readUnits: 0.024 + 350 / size, writeUnits: 10 / size }),
};
const world = { host: { endSubjects: () => Promise.resolve() } } as World;

/** The rows, where each path is charged so. */
function rowsOf(paths: Paths) {
  const start = () =>
    Promise.resolve(
      SIZES.flatMap((size) =>
        Object.entries(paths).map(([path, units]) => ({
          name: `${path} ${size}`,
          sample: () => Promise.resolve({ cpu: 2, ...units(size) }),
        })),
      ),
    );
  const rows = (samples: Samples) => growth('growth', SIZES).rows(samples);
  const measurement = { ...growth('growth', SIZES), start, rows };
  return runMeasurements(world, [measurement], { rounds: 4, onRound: () => undefined });
}

describe('the rows of growth', () => {
  it('have each path at each size, with what the table charges for it', async () => {
    const rows = await rowsOf(AS_IT_SHOULD_BE);
    const row = (name: string) => rows.find((each) => each.name === `growth.${name}`);
    expect(row('authorizer.100')).toMatchObject({
      value: 2,
      unit: 'ms',
      detail: '0.5 read and 1 write units for a request',
    });
    expect(row('full.1000')?.detail).toBe('0.374 read and 0.01 write units for a user of a run');
    expect(row('incremental.units')).toMatchObject({ unit: '×', target: null });
    expect(rows.filter(({ ok }) => !ok)).toEqual([]);
  });

  it.each<[string, Partial<Paths>]>([
    ['authorizer.units', { authorizer: (size) => ({ readUnits: size / 200, writeUnits: 0 }) }],
    ['webhook.units', { webhook: (size) => ({ readUnits: 1, writeUnits: size / 100 }) }],
    ['full.units', { full: (size) => ({ readUnits: size, writeUnits: 0 }) }],
  ])('say so where %s grow that must not', async (name, paths) => {
    const rows = await rowsOf({ ...AS_IT_SHOULD_BE, ...paths });
    expect(rows.filter(({ ok }) => !ok).map((row) => row.name)).toEqual([`growth.${name}`]);
  });
});

describe("the measured reconciler's heap", () => {
  const clerk = { url: 'http://clerk.example', secretKey: 'sk_test_1', instanceId: 'ins_1' };
  const place = { tableName: 'users', secretArn: 'arn', issuer: createIssuer() };

  it('is what Lambda would give it in the memory of its construct', () => {
    const { NODE_OPTIONS } = reconcilerOf(clerk, 'http://durable.example').environment(place);
    expect(NODE_OPTIONS).toBe(heapOnLambda(MEMORY_SIZES.reconciler).NODE_OPTIONS);
  });

  it.each([
    [512, '--max-semi-space-size=25 --max-old-space-size=460'],
    [1_024, '--max-semi-space-size=51 --max-old-space-size=921'],
  ])('is of %d MB: %s', (megabytes, options) => {
    expect(heapOnLambda(megabytes).NODE_OPTIONS).toBe(options);
  });
});
