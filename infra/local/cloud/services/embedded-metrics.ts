import { asList, asNumber, asPrintable, asRecord, asText, isRecord, parseJson, texts } from '../json.ts';
import type { JsonRecord } from '../json.ts';
import type { MetricPoint } from './metric-store.ts';

/**
 * Reads the metrics that a log line carries in CloudWatch's embedded metric format.
 * @param now Stands in for a line without a time of its own, in ms.
 * @returns None for any other line.
 */
export function embeddedMetrics(line: string, now: number): MetricPoint[] {
  // Most lines are something else: do not parse them.
  if (!line.includes('"CloudWatchMetrics"')) return [];
  const document = parseJson(line.slice(line.indexOf('{')));
  if (!isRecord(document)) return [];
  const metadata = asRecord(document['_aws']);
  const at = asNumber(metadata['Timestamp']) ?? now;
  return asList(metadata['CloudWatchMetrics']).flatMap((directive) => pointsOf(asRecord(directive), document, at));
}

/** A metric is emitted once for each set of dimensions. */
function pointsOf(directive: JsonRecord, document: JsonRecord, at: number): MetricPoint[] {
  const namespace = asText(directive['Namespace']) ?? '';
  const sets = asList(directive['Dimensions']);
  const dimensionSets = (sets.length === 0 ? [[]] : sets).map((names) => dimensionsOf(texts(names), document));
  return asList(directive['Metrics']).flatMap((definition) => {
    const { Name: name, Unit: unit } = asRecord(definition);
    if (typeof name !== 'string') return [];
    const values = [document[name]]
      .flat()
      .map(asNumber)
      .filter((value) => value !== undefined);
    if (values.length === 0) return [];
    const numbers = statistics(values);
    return dimensionSets.map((dimensions) => ({
      namespace,
      name,
      dimensions,
      unit: asText(unit) ?? 'None',
      at,
      ...numbers,
    }));
  });
}

function dimensionsOf(names: readonly string[], document: JsonRecord): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, asPrintable(document[name]) ?? ''] as const));
}

function statistics(values: readonly number[]): Pick<MetricPoint, 'sum' | 'count' | 'min' | 'max' | 'values'> {
  return {
    sum: values.reduce((total, value) => total + value, 0),
    count: values.length,
    min: Math.min(...values),
    max: Math.max(...values),
    values: values.map((value) => [value, 1] as const),
  };
}
