import type { Metrics as Powertools } from '@aws-lambda-powertools/metrics';
import { METRIC_NAMESPACE, STACK_DIMENSION } from '../../names/metrics.ts';
import type { Metrics } from '../../ports/metrics.ts';
import { createBareLog } from './bare-log.ts';
import type { Series } from './series.ts';
import { createSeriesBuffer } from './series.ts';

/**
 * Metrics embedded in the function's log (CloudWatch's embedded metric format): no call to a service, and nothing at all
 * when nothing was recorded. For the functions that someone waits for: measuring never fails what is measured.
 *
 * @param options.stackName the value of the dimension `Stack`
 * @param load how the package that writes them is loaded
 */
export function createEmbeddedMetrics(
  { stackName }: { readonly stackName: string },
  load: PowertoolsLoader = () => import('@aws-lambda-powertools/metrics'),
): Metrics {
  const buffer = createSeriesBuffer(stackName);
  let powertools: Powertools | undefined;
  return {
    record: (name, value, dimensions = {}) => buffer.add(name, value, dimensions),
    async flush() {
      const series = buffer.drain();
      if (series.length === 0) return;
      powertools ??= await loadPowertools(stackName, load).catch(() => undefined);
      if (powertools) for (const group of byDimensions(series)) publish(powertools, group);
      else createBareLog({ service: stackName }).error('metrics cannot be loaded', { series: series.length });
    },
  };
}

export type PowertoolsLoader = () => Promise<{ readonly Metrics: typeof Powertools }>;

/**
 * Loaded with the first metric, of which most containers of the authorizer have none. Powertools puts a dimension `service` on
 * everything, which no alarm of ours looks for: only `Stack` may stay.
 */
async function loadPowertools(stackName: string, load: PowertoolsLoader): Promise<Powertools> {
  const { Metrics } = await load();
  const powertools = new Metrics({ namespace: METRIC_NAMESPACE });
  powertools.clearDefaultDimensions();
  return powertools.setDefaultDimensions({ [STACK_DIMENSION]: stackName });
}

/** One line carries one set of dimension values, and every metric that has exactly these and, or not, a total beside them. */
function byDimensions(series: readonly Series[]): readonly (readonly Series[])[] {
  return [...Map.groupBy(series, ({ dimensions, hasTotal }) => JSON.stringify([dimensions, hasTotal])).values()];
}

/** Powertools writes a line by itself at 100 values of one metric, and forgets the dimensions for what follows: stay below. */
const MOST_VALUES = 99;

function publish(powertools: Powertools, group: readonly Series[]): void {
  const { [STACK_DIMENSION]: _stack, ...own } = group[0]?.dimensions ?? {};
  const measured = group.map(({ name, unit, values }) => ({ name, unit, values: repeated(values) }));
  const longest = Math.max(...measured.map(({ values }) => values.length));
  for (let from = 0; from < longest; from += MOST_VALUES) {
    for (const [dimension, value] of Object.entries(own)) powertools.addDimension(dimension, value);
    // A further set of dimensions, with nothing but the stack in it.
    if (group[0]?.hasTotal) powertools.addDimensions({});
    for (const { name, unit, values } of measured) {
      for (const value of values.slice(from, from + MOST_VALUES)) powertools.addMetric(name, unit, value);
    }
    powertools.publishStoredMetrics();
  }
}

function repeated(values: ReadonlyMap<number, number>): readonly number[] {
  return [...values].flatMap(([value, times]) => Array.from({ length: times }, () => value));
}
