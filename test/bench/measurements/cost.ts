import { countLines } from '../cost/lines.ts';
import type { CostLine } from '../cost/lines.ts';
import { dollarsOf } from '../cost/prices.ts';
import type { Dollars } from '../cost/prices.ts';
import { durableOf } from '../lasting.ts';
import { atMost } from '../measurement.ts';
import type { Measurement, RowDefinition, Sample, Samples } from '../measurement.ts';
import { AWS_JWT_VERIFY, NAIVE, NAIVE_WITHOUT_METRICS, OURS, PARTS, TYPICAL } from '../subjects.ts';
import type { World } from '../world.ts';

const CONTESTANT = 'model';

/** Dollars for a million of each, from what was counted: the table of docs/cost.md, and ours divided by the others'. */
export const costs: Measurement = {
  name: 'cost',
  seconds: { start: 1, round: 20 },
  rounds: () => 1,
  start: (world) => Promise.resolve([{ name: CONTESTANT, sample: () => sampleOf(world) }]),
  rows: (samples) => [
    ...comparedRows(samples, 'unchanged', [NAIVE, NAIVE_WITHOUT_METRICS, TYPICAL, AWS_JWT_VERIFY]),
    ...comparedRows(samples, 'changed', [NAIVE, TYPICAL]),
    ...comparedRows(samples, 'webhook.updated', [PARTS]),
    ...comparedRows(samples, 'webhook.created', [PARTS]),
    ...comparedRows(samples, 'reconciled', [NAIVE]),
    ...comparedRows(samples, 'imported', [NAIVE]),
  ],
};

async function sampleOf(world: World): Promise<Sample> {
  const lines = await countLines(world, await durableOf(world));
  return Object.fromEntries(
    lines.flatMap(({ what, who, counted, work }) =>
      Object.entries(dollarsOf(counted, work)).map(([part, sum]) => [`${what} ${who} ${part}`, sum]),
    ),
  );
}

function comparedRows(
  samples: Samples,
  what: CostLine['what'],
  others: readonly { readonly name: string }[],
): readonly RowDefinition[] {
  const of = (who: string, part: keyof Dollars): number =>
    samples.of(CONTESTANT, `${what} ${who} ${part}`)[0] ?? Number.NaN;
  const described = (who: string): string =>
    (['table', 'logs', 'metrics', 'lambda', 'events'] as const)
      .map((part) => `${part} $${of(who, part).toFixed(4)}`)
      .join(', ');
  return [
    { suffix: `.${what}`, unit: '$', values: [of(OURS.name, 'total')], detail: described(OURS.name) },
    ...others.map(({ name }): RowDefinition => ({
      suffix: `.${what}/${name}`,
      unit: '×',
      values: [of(OURS.name, 'total') / of(name, 'total')],
      ...(what === 'unchanged' && name === NAIVE.name && { target: atMost(0.05) }),
      detail: described(name),
    })),
  ];
}
