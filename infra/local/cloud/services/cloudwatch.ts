import type { AlarmView } from '../alarms/alarms.ts';
import { asList, asNumber, asRecord, asText, texts } from '../json.ts';
import type { JsonRecord } from '../json.ts';
import type { Series } from '../metrics/evaluate.ts';
import { ExpressionError } from '../metrics/expression.ts';
import { periodOf, readDimensions, readQueries, seriesOf } from '../metrics/query.ts';
import type { Query } from '../metrics/query.ts';
import { UnknownStatistic } from '../metrics/statistic.ts';
import { alignedWindows } from '../metrics/windows.ts';
import type { Window } from '../metrics/windows.ts';
import type { MetricPoint, MetricStore } from './metric-store.ts';
import { ServiceError } from './protocol.ts';
import type { Operation } from './protocol.ts';

/** Functions live by the machine's clock, metrics and alarms by the local one, which can be moved. */
export interface WallTime {
  /** The machine's time, ms. */
  readonly now: () => number;
  /** How far the local clock is ahead of it, ms. */
  readonly ahead: () => number;
}

/**
 * CloudWatch, as far as metrics are put and read: `PutMetricData`, and `GetMetricData` with metric math; `DescribeAlarms` by
 * name.
 *
 * @param alarms looks at all of them
 */
export function cloudWatch(
  store: MetricStore,
  time: WallTime,
  alarms: () => readonly AlarmView[],
): ReadonlyMap<string, Operation> {
  return new Map<string, Operation>([
    ['PutMetricData', (input) => putMetricData(input, store, time)],
    ['GetMetricData', (input) => getMetricData(input, store, time)],
    ['DescribeAlarms', (input) => describeAlarms(input, alarms(), time)],
  ]);
}

function putMetricData(input: JsonRecord, store: MetricStore, time: WallTime): void {
  const namespace = asText(input['Namespace']);
  if (namespace === undefined) throw new ServiceError('MissingParameter', 'The parameter Namespace is required.');
  const [arrivedAt, ahead] = [time.now(), time.ahead()];
  // All are read before any is kept: a bad one refuses the whole request.
  const points = asList(input['MetricData'])
    .map(asRecord)
    .map((datum) => {
      const at = (timeOf(datum['Timestamp']) ?? arrivedAt) + ahead;
      return pointOf(datum, { namespace, at });
    });
  for (const point of points) store.add(point);
}

function pointOf(datum: JsonRecord, facts: Pick<MetricPoint, 'namespace' | 'at'>): MetricPoint {
  const name = asText(datum['MetricName']);
  if (name === undefined)
    throw new ServiceError('MissingParameter', 'The parameter MetricData.MetricName is required.');
  const numbers = numbersOf(datum);
  if (numbers === undefined || numbers.count === 0) {
    throw new ServiceError('MissingParameter', `The metric ${name} has neither Value nor Values nor StatisticValues.`);
  }
  const dimensions = readDimensions(datum['Dimensions']);
  return {
    ...facts,
    name,
    dimensions,
    unit: asText(datum['Unit']) ?? 'None',
    ...numbers,
  };
}

type Numbers = Pick<MetricPoint, 'sum' | 'count' | 'min' | 'max' | 'values'>;

function numbersOf(datum: JsonRecord): Numbers | undefined {
  const value = asNumber(datum['Value']);
  if (value !== undefined) return weighted([value], [1]);
  const values = asList(datum['Values'])
    .map(asNumber)
    .filter((item) => item !== undefined);
  if (values.length > 0) return weighted(values, asList(datum['Counts']).map(asNumber));
  const set = asRecord(datum['StatisticValues']);
  const [sum, count] = [asNumber(set['Sum']), asNumber(set['SampleCount'])];
  const [min, max] = [asNumber(set['Minimum']), asNumber(set['Maximum'])];
  if (sum === undefined || count === undefined) return undefined;
  return { sum, count, min: min ?? sum, max: max ?? sum, values: undefined };
}

/** A value without a count was seen once. */
function weighted(values: readonly number[], counts: readonly (number | undefined)[]): Numbers {
  const weights = values.map((_, index) => counts[index] ?? 1);
  return {
    sum: values.reduce((total, value, index) => total + value * (weights[index] ?? 1), 0),
    count: weights.reduce((total, weight) => total + weight, 0),
    min: Math.min(...values),
    max: Math.max(...values),
    values: values.map((value, index) => [value, weights[index] ?? 1] as const),
  };
}

/** The protocol has seconds; a text is a date. @returns ms */
function timeOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value * 1000;
  const parsed = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(parsed) ? undefined : parsed;
}

function getMetricData(input: JsonRecord, store: MetricStore, time: WallTime): JsonRecord {
  const ahead = time.ahead();
  const from = (timeOf(input['StartTime']) ?? 0) + ahead;
  const until = (timeOf(input['EndTime']) ?? 0) + ahead;
  const queries = asRefusals(() => readQueries(input['MetricDataQueries']));
  const results = queries
    .filter(({ returnsData }) => returnsData)
    .map((query) => {
      const windows = alignedWindows({ from, until }, periodOf(queries, query));
      const series = asRefusals(() => seriesOf(query, queries, windows, store));
      return resultOf(query, windows, series, { ahead, ascending: input['ScanBy'] === 'TimestampAscending' });
    });
  return { MetricDataResults: results, Messages: [] };
}

function resultOf(
  { id, label }: Query,
  windows: readonly Window[],
  series: Series,
  { ahead, ascending }: { readonly ahead: number; readonly ascending: boolean },
): JsonRecord {
  const found = windows.flatMap((window, index) => {
    const value = series[index];
    return value === undefined ? [] : [{ at: (window.from - ahead) / 1000, value }];
  });
  const sorted = ascending ? found : found.toReversed();
  return {
    Id: id,
    Label: label,
    StatusCode: 'Complete',
    Timestamps: sorted.map(({ at }) => at),
    Values: sorted.map(({ value }) => value),
  };
}

function describeAlarms(input: JsonRecord, alarms: readonly AlarmView[], time: WallTime): JsonRecord {
  const ahead = time.ahead();
  const names = texts(input['AlarmNames']);
  const asked = alarms.filter(({ name }) => names.length === 0 || names.includes(name));
  const described = asked.map(({ name, description, state, since, threshold }) => ({
    AlarmName: name,
    AlarmDescription: description,
    StateValue: state,
    StateUpdatedTimestamp: (since - ahead) / 1000,
    Threshold: threshold,
  }));
  return { MetricAlarms: described, CompositeAlarms: [] };
}

function asRefusals<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    const isOurs = error instanceof ExpressionError || error instanceof UnknownStatistic;
    throw isOurs ? new ServiceError('ValidationError', error.message) : error;
  }
}
