import type { CostLine } from './lines.ts';
import { billedMs, dollarsOf } from './prices.ts';

/** A line of the table in docs/cost.md, as texts in the table's order. */
export type Cells = readonly string[];

export const HEAD: Cells = [
  'a million of',
  'by',
  'read units',
  'write units',
  'log bytes',
  'metric calls',
  'calls',
  'billed ms',
  'table',
  'logs',
  'metrics',
  'Lambda',
  'events',
  'dollars',
];

/** Counts as they stand in the table, each rounded: the dollars beside them are reckoned from what stands there. */
export function asWritten({ counted, ...line }: CostLine): CostLine {
  const { readUnits, writeUnits, logBytes, metricCalls, calls } = counted;
  return {
    ...line,
    counted: {
      readUnits: significant(readUnits),
      writeUnits: significant(writeUnits),
      logBytes: significant(logBytes),
      metricCalls: significant(metricCalls),
      calls: significant(calls),
    },
  };
}

/** @param line as written */
export function cellsOf({ what, who, counted, work }: CostLine): Cells {
  const { readUnits, writeUnits, logBytes, metricCalls, calls } = counted;
  const { table, logs, metrics, lambda, events, total } = dollarsOf(counted, work);
  const ms = billedMs(counted, work);
  return [
    what,
    who,
    ...[readUnits, writeUnits, logBytes, metricCalls, calls].map(String),
    String(work.invocations === 1 ? Math.ceil(ms) : significant(ms)),
    ...[table, logs, metrics, lambda, events, total].map(dollars),
  ];
}

/** The table, for docs/cost.md. */
export function markdownOf(lines: readonly CostLine[]): string {
  const rows = [HEAD, HEAD.map(() => '---'), ...lines.map((line) => cellsOf(asWritten(line)))];
  return rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** The lines of that table in a document. */
export function cellsIn(document: string): readonly Cells[] {
  const rows = document.split('\n').filter((line) => line.startsWith('|'));
  const cells = rows.map((row) =>
    row
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
  const start = cells.findIndex((row) => row.join() === HEAD.join());
  const table = start < 0 ? [] : cells.slice(start + 2);
  return table.filter((row) => row.length === HEAD.length);
}

/** Three digits of it. */
function significant(value: number): number {
  return Number(value.toPrecision(3));
}

function dollars(value: number): string {
  return value < 0.000_05 ? '0' : value.toFixed(value < 0.01 ? 4 : 3);
}
