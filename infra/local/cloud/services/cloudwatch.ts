import { asList, asNumber, asRecord, asText } from '../json.ts';
import type { JsonRecord } from '../json.ts';
import { dimensionsKey } from './metric-store.ts';
import type { MetricPoint, MetricStore } from './metric-store.ts';
import { ServiceError } from './protocol.ts';
import type { Operation } from './protocol.ts';

/** CloudWatch, as far as metrics are put and read: `PutMetricData`, and `GetMetricData` for single metrics. */
export function cloudWatch(store: MetricStore, now: () => number): ReadonlyMap<string, Operation> {
  return new Map<string, Operation>([
    ['PutMetricData', (input) => putMetricData(input, store, now())],
    ['GetMetricData', (input) => getMetricData(input, store)],
  ]);
}

function putMetricData(input: JsonRecord, store: MetricStore, now: number): void {
  const namespace = asText(input['Namespace']);
  if (namespace === undefined) throw new ServiceError('MissingParameter', 'The parameter Namespace is required.');
  // All are read before any is kept: a bad one refuses the whole request.
  const points = asList(input['MetricData']).map((datum) => pointOf(asRecord(datum), namespace, now));
  for (const point of points) store.add(point);
}

function pointOf(datum: JsonRecord, namespace: string, now: number): MetricPoint {
  const name = asText(datum['MetricName']);
  if (name === undefined)
    throw new ServiceError('MissingParameter', 'The parameter MetricData.MetricName is required.');
  const numbers = numbersOf(datum);
  if (numbers === undefined || numbers.count === 0) {
    throw new ServiceError('MissingParameter', `The metric ${name} has neither Value nor Values nor StatisticValues.`);
  }
  const dimensions = dimensionsOf(datum['Dimensions']);
  return {
    namespace,
    name,
    dimensions,
    unit: asText(datum['Unit']) ?? 'None',
    at: timeOf(datum['Timestamp']) ?? now,
    ...numbers,
  };
}

type Numbers = Pick<MetricPoint, 'sum' | 'count' | 'min' | 'max'>;

function numbersOf(datum: JsonRecord): Numbers | undefined {
  const value = asNumber(datum['Value']);
  if (value !== undefined) return { sum: value, count: 1, min: value, max: value };
  const values = asList(datum['Values'])
    .map(asNumber)
    .filter((item) => item !== undefined);
  if (values.length > 0) return weighted(values, asList(datum['Counts']).map(asNumber));
  const set = asRecord(datum['StatisticValues']);
  const [sum, count] = [asNumber(set['Sum']), asNumber(set['SampleCount'])];
  const [min, max] = [asNumber(set['Minimum']), asNumber(set['Maximum'])];
  return sum === undefined || count === undefined ? undefined : { sum, count, min: min ?? sum, max: max ?? sum };
}

/** A value without a count was seen once. */
function weighted(values: readonly number[], counts: readonly (number | undefined)[]): Numbers {
  const weights = values.map((_, index) => counts[index] ?? 1);
  return {
    sum: values.reduce((total, value, index) => total + value * (weights[index] ?? 1), 0),
    count: weights.reduce((total, weight) => total + weight, 0),
    min: Math.min(...values),
    max: Math.max(...values),
  };
}

function dimensionsOf(value: unknown): Record<string, string> {
  const entries = asList(value).map((item) => {
    const { Name: name, Value: text } = asRecord(item);
    return [asText(name) ?? '', asText(text) ?? ''] as const;
  });
  return Object.fromEntries(entries);
}

/** The protocol has seconds; a text is a date. @returns ms */
function timeOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value * 1000;
  const parsed = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(parsed) ? undefined : parsed;
}

function getMetricData(input: JsonRecord, store: MetricStore): JsonRecord {
  const range = { from: timeOf(input['StartTime']) ?? 0, until: timeOf(input['EndTime']) ?? Infinity };
  const ascending = input['ScanBy'] === 'TimestampAscending';
  const results = asList(input['MetricDataQueries']).map((query) => resultOf(asRecord(query), store, range, ascending));
  return { MetricDataResults: results, Messages: [] };
}

interface Range {
  readonly from: number;
  readonly until: number;
}

function resultOf(query: JsonRecord, store: MetricStore, range: Range, ascending: boolean): JsonRecord {
  if (query['MetricStat'] === undefined) {
    throw new ServiceError(
      'InvalidParameterValue',
      'The local cloud imitates MetricStat queries only, no expressions.',
    );
  }
  const stat = asRecord(query['MetricStat']);
  const metric = asRecord(stat['Metric']);
  const periodMs = (asNumber(stat['Period']) ?? 60) * 1000;
  const wanted = store
    .points()
    .filter((point) => isOf(point, metric, stat['Unit']) && point.at >= range.from && point.at < range.until);
  const periods = Map.groupBy(wanted, (point) => Math.floor(point.at / periodMs) * periodMs);
  const sorted = [...periods].toSorted(([left], [right]) => (ascending ? left - right : right - left));
  const statistic = asText(stat['Stat']) ?? '';
  return {
    Id: query['Id'],
    Label: asText(query['Label']) ?? asText(metric['MetricName']) ?? '',
    StatusCode: 'Complete',
    Timestamps: sorted.map(([start]) => start / 1000),
    Values: sorted.map(([, points]) => aggregate(points, statistic)),
  };
}

function isOf(point: MetricPoint, metric: JsonRecord, unit: unknown): boolean {
  return (
    point.namespace === metric['Namespace'] &&
    point.name === metric['MetricName'] &&
    dimensionsKey(point.dimensions) === dimensionsKey(dimensionsOf(metric['Dimensions'])) &&
    (unit === undefined || unit === point.unit)
  );
}

function aggregate(points: readonly MetricPoint[], statistic: string): number {
  const sum = points.reduce((total, point) => total + point.sum, 0);
  const count = points.reduce((total, point) => total + point.count, 0);
  switch (statistic) {
    case 'Sum':
      return sum;
    case 'SampleCount':
      return count;
    case 'Average':
      return sum / count;
    case 'Minimum':
      return Math.min(...points.map((point) => point.min));
    case 'Maximum':
      return Math.max(...points.map((point) => point.max));
    default:
      throw new ServiceError('InvalidParameterValue', `The local cloud does not imitate the statistic "${statistic}".`);
  }
}
