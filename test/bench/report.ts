import { availableParallelism, cpus, loadavg } from 'node:os';
import { CONTROL } from './measurement.ts';
import type { Row } from './run.ts';

/** What `npm run bench -- --json` prints. */
export interface Report {
  readonly node: string;
  /** Model of the processor. */
  readonly cpu: string;
  readonly cores: number;
  /** Processes that were running or wanted to, over the run's last minute: of the bench itself one or two. */
  readonly load: number;
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
    load: Number((loadavg()[0] ?? 0).toFixed(1)),
    startedAt: run.startedAt.toISOString(),
    seconds: Math.round((Date.now() - run.startedAt.getTime()) / 1_000),
    rounds: run.rounds,
    rows,
  };
}

/** The report for people: a line for each row, then what was missed. */
export function describeReport({ node, cpu, cores, load, seconds, rounds, rows }: Report): string {
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
  const head = `Node ${node}, ${cpu}, ${cores} cores, load ${load}; ${rounds} rounds, ${seconds} s.`;
  const busy = load > cores + 1 ? ' The machine had other work to do: wall times say little.' : '';
  const legend = `Medians of the rounds, ± half their interquartile range.${busy}`;
  return [head, legend, '', ...lines.map((line) => line.trimEnd()), '', ...details, verdictOn(rows)].join('\n');
}

function verdictOn(rows: readonly Row[]): string {
  const missed = rows.filter(({ ok }) => !ok);
  if (missed.length === 0) return 'Every target is met.';
  const noisy = missed.some(({ name }) => name.endsWith(CONTROL));
  const advice = noisy
    ? ' One is an A/A control: the machine was too busy, and the rows beside it mean nothing. Run it again.'
    : '';
  return `${missed.length} of ${rows.length} rows miss their target.${advice}`;
}

function aligned(text: string, column: number, width: number): string {
  return column === 2 || column === 3 ? text.padStart(width) : text.padEnd(width);
}

function shown(value: number, unit: string): string {
  if (unit === 'KiB' || unit === '/s') return value.toFixed(0);
  if (unit === '$') return value.toFixed(4);
  if (unit === '×' && value > 0 && value < 0.1) return value.toFixed(4);
  if (unit !== '×' && unit !== 'ms' && unit !== 'µs') return String(value);
  return value.toFixed(value >= 10 ? 1 : 2);
}
