import { availableParallelism, cpus } from 'node:os';
import type { Row } from './run.ts';

/** What `npm run bench -- --json` prints. */
export interface Report {
  readonly node: string;
  /** Model of the processor. */
  readonly cpu: string;
  readonly cores: number;
  readonly startedAt: string;
  readonly seconds: number;
  readonly rounds: number;
  readonly rows: readonly Row[];
}

export function reportOf(rows: readonly Row[], run: { readonly startedAt: Date; readonly rounds: number }): Report {
  return {
    node: process.version,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    startedAt: run.startedAt.toISOString(),
    seconds: Math.round((Date.now() - run.startedAt.getTime()) / 1_000),
    rounds: run.rounds,
    rows,
  };
}

/** The report for people: a line for each row, then what was missed. */
export function describeReport({ node, cpu, cores, seconds, rounds, rows }: Report): string {
  const cells = rows.map(({ name, value, unit, spread, target, ok }) => [
    ok ? (target === null ? ' ' : '✓') : '✗',
    name,
    `${shown(value, unit)} ${unit}`,
    `± ${shown(spread / 2, unit)}`,
    target === null ? '' : `target ${target}`,
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)));
  const lines = cells.map((line) => line.map((cell, column) => aligned(cell, column, widths[column] ?? 0)).join('  '));
  const details = rows.flatMap(({ name, detail }) => (detail === undefined ? [] : [`  ${name}: ${detail}`]));
  const missed = rows.filter(({ ok }) => !ok).length;
  const verdict = missed === 0 ? 'Every target is met.' : `${missed} of ${rows.length} rows miss their target.`;
  const head = `Node ${node}, ${cpu}, ${cores} cores; ${rounds} rounds, ${seconds} s. Medians, ± half the interquartile range.`;
  return [head, '', ...lines.map((line) => line.trimEnd()), '', ...details, verdict].join('\n');
}

function aligned(text: string, column: number, width: number): string {
  return column === 2 || column === 3 ? text.padStart(width) : text.padEnd(width);
}

function shown(value: number, unit: string): string {
  return value.toFixed(unit === 'KiB' ? 0 : unit === 'ms' && value >= 10 ? 1 : unit === 'ms' ? 3 : 2);
}
