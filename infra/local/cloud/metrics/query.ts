import { asList, asNumber, asRecord, asText } from '../json.ts';
import type { JsonRecord } from '../json.ts';
import type { MetricStore } from '../services/metric-store.ts';
import { evaluateExpression } from './evaluate.ts';
import type { Series } from './evaluate.ts';
import { ExpressionError, parseExpression } from './expression.ts';
import { statisticOf } from './statistic.ts';
import type { Window } from './windows.ts';

/** One statistic of one metric. */
export interface MetricStat {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** `Sum`, `p99`… */
  readonly statistic: string;
  readonly unit?: string;
}

/** What an id of a query, or of an alarm, stands for. */
export type Query = { readonly id: string; readonly label: string; readonly returnsData: boolean } & (
  | { readonly kind: 'metric'; readonly metric: MetricStat; readonly periodMs: number }
  | { readonly kind: 'expression'; readonly expression: string; readonly periodMs: number | undefined }
);

/** Reads queries, which the API and a template's alarms write alike. @throws ExpressionError for one that is neither */
export function readQueries(value: unknown): Query[] {
  return asList(value).map((item) => readQuery(asRecord(item)));
}

function readQuery(query: JsonRecord): Query {
  const id = asText(query['Id']) ?? '';
  const facts = { id, returnsData: query['ReturnData'] !== false };
  const expression = asText(query['Expression']);
  const period = asNumber(query['Period']);
  if (expression !== undefined) {
    const periodMs = period === undefined ? undefined : period * 1000;
    return { ...facts, kind: 'expression', label: asText(query['Label']) ?? id, expression, periodMs };
  }
  const stat = asRecord(query['MetricStat']);
  const metric = asRecord(stat['Metric']);
  const name = asText(metric['MetricName']);
  if (name === undefined) throw new ExpressionError(`The query ${id} has neither an Expression nor a MetricStat.`);
  const unit = asText(stat['Unit']);
  return {
    ...facts,
    kind: 'metric',
    label: asText(query['Label']) ?? name,
    periodMs: (asNumber(stat['Period']) ?? 60) * 1000,
    metric: {
      namespace: asText(metric['Namespace']) ?? '',
      name,
      dimensions: readDimensions(metric['Dimensions']),
      statistic: asText(stat['Stat']) ?? '',
      ...(unit !== undefined && { unit }),
    },
  };
}

export function readDimensions(value: unknown): Record<string, string> {
  const entries = asList(value).map((item) => {
    const { Name: name, Value: text } = asRecord(item);
    return [asText(name) ?? '', asText(text) ?? ''] as const;
  });
  return Object.fromEntries(entries);
}

/** The period that a query's windows have: its own, or that of the metrics in it. */
export function periodOf(queries: readonly Query[], query: Query): number {
  if (query.periodMs !== undefined) return query.periodMs;
  const periods = queries.map(({ periodMs }) => periodMs).filter((period) => period !== undefined);
  return periods.length === 0 ? 60_000 : Math.max(...periods);
}

/**
 * The values of one query in some windows; expressions find the others by their ids.
 * @throws ExpressionError, UnknownStatistic
 */
export function seriesOf(
  query: Query,
  queries: readonly Query[],
  windows: readonly Window[],
  store: MetricStore,
): Series {
  return seriesIn(query, { queries, windows, store, underway: new Set() });
}

interface Evaluation {
  readonly queries: readonly Query[];
  readonly windows: readonly Window[];
  readonly store: MetricStore;
  readonly underway: Set<string>;
}

function seriesIn(query: Query, evaluation: Evaluation): Series {
  const { queries, windows, store, underway } = evaluation;
  if (query.kind === 'metric') return measured(query.metric, windows, store);
  if (underway.has(query.id)) throw new ExpressionError(`The expression ${query.id} depends on itself.`);
  underway.add(query.id);
  const series = evaluateExpression(parseExpression(query.expression), {
    length: windows.length,
    series: (id) => {
      const named = queries.find((other) => other.id === id);
      if (named === undefined) throw new ExpressionError(`"${query.expression}": there is no ${id}.`);
      return seriesIn(named, evaluation);
    },
  });
  underway.delete(query.id);
  return series;
}

function measured(metric: MetricStat, windows: readonly Window[], store: MetricStore): Series {
  const points = store.pointsOf(metric).filter(({ unit }) => metric.unit === undefined || metric.unit === unit);
  return windows.map(({ from, until }) => {
    const within = points.filter(({ at }) => at >= from && at < until);
    return within.length === 0 ? undefined : statisticOf(within, metric.statistic);
  });
}
