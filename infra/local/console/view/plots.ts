import { METRIC_NAMESPACE, METRIC_PATHS } from '../../../../shared/names/metrics.ts';
import { asList, asNumber, asRecord, asText } from '../../cloud/json.ts';
import type { Plot, Plots } from '../contract.ts';

const SPAN_SECONDS = 5;
const SPANS = 36;

/** How far back the plots reach, ms. */
export const PLOTTED_MS = SPAN_SECONDS * SPANS * 1_000;

const OUTCOMES = {
  SyncCreated: 'created',
  SyncUpdated: 'updated',
  SyncDeleted: 'deleted',
  SyncRestored: 'restored',
  SyncStale: 'stale',
  SyncFailed: 'failed',
} as const;

interface Point {
  readonly name: string;
  readonly path: string;
  readonly at: number;
  readonly sum: number;
  readonly max: number;
}

/**
 * Lag and outcomes over the last three minutes, in spans of five seconds.
 * @param points as the local cloud lists them @param now ms by the clock that they go by
 */
export function plotsOf(points: unknown, now: number): Plots {
  const last = Math.floor(now / 1_000 / SPAN_SECONDS) * SPAN_SECONDS;
  const times = Array.from({ length: SPANS }, (_, index) => last - (SPANS - 1 - index) * SPAN_SECONDS);
  const known = asList(points).flatMap(pointOf);
  const lags = known.filter(({ name }) => name === 'SyncLag');
  return {
    spanSeconds: SPAN_SECONDS,
    lag: plot(METRIC_PATHS, times, (path) =>
      bySpan(
        lags.filter((point) => point.path === path),
        (a, b) => Math.max(a, b.max),
      ),
    ),
    outcomes: plot(Object.values(OUTCOMES), times, (outcome) =>
      bySpan(
        known.filter(({ name }) => isOutcome(name, outcome)),
        (a, b) => a + b.sum,
      ),
    ),
  };
}

function isOutcome(name: string, outcome: string): boolean {
  return Object.entries(OUTCOMES).some(([metric, word]) => metric === name && word === outcome);
}

function plot(
  series: readonly string[],
  times: readonly number[],
  valuesOf: (name: string) => ReadonlyMap<number, number>,
): Plot {
  const values = series.map((name) => {
    const found = valuesOf(name);
    return times.map((time) => found.get(time) ?? null);
  });
  return { series, times, values };
}

function bySpan(points: readonly Point[], add: (before: number, point: Point) => number): Map<number, number> {
  const spans = new Map<number, number>();
  for (const point of points) {
    const span = Math.floor(point.at / 1_000 / SPAN_SECONDS) * SPAN_SECONDS;
    spans.set(span, add(spans.get(span) ?? 0, point));
  }
  return spans;
}

function pointOf(value: unknown): Point[] {
  const point = asRecord(value);
  const name = asText(point['name']) ?? '';
  if (point['namespace'] !== METRIC_NAMESPACE || !name.startsWith('Sync')) return [];
  const path = asText(asRecord(point['dimensions'])['Path']) ?? '';
  return [
    { name, path, at: asNumber(point['at']) ?? 0, sum: asNumber(point['sum']) ?? 0, max: asNumber(point['max']) ?? 0 },
  ];
}
