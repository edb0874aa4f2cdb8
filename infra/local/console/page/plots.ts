import uPlot from 'uplot';
import type { Plot, Plots } from '../contract.ts';
import { el, part } from './dom.ts';
import { drawnLag, duration, timeOfDay } from './format.ts';

const PADDING: [number, number, number, number] = [8, 16, 0, 0];

type Draw = (box: HTMLElement, plot: Plot, colours: readonly string[]) => uPlot;

interface Panel {
  readonly id: string;
  readonly draw: Draw;
  readonly says: (values: readonly (number | null)[]) => string;
  uplot: uPlot | undefined;
}

const panels: Readonly<Record<'lag' | 'outcomes', Panel>> = {
  lag: { id: 'lag', draw: drawLag, says: lastLag, uplot: undefined },
  outcomes: { id: 'outcomes', draw: drawOutcomes, says: sum, uplot: undefined },
};

let latest: Plots | undefined;

export function showPlots(plots: Plots): void {
  latest = plots;
  redraw();
}

/** Also when sizes or colours have changed: a canvas follows neither. */
export function redraw(): void {
  if (latest === undefined) return;
  show(panels.lag, latest.lag);
  show(panels.outcomes, latest.outcomes);
}

function show(panel: Panel, plot: Plot): void {
  const colours = showLegend(panel, plot);
  const box = part(HTMLElement, panel.id);
  panel.uplot?.destroy();
  panel.uplot = panel.draw(box, plot, colours);
}

/** Says in words what the plot shows. @returns the colours, as the current theme has them */
function showLegend({ id, says }: Panel, { series, values }: Plot): string[] {
  const items = series.map((name, index) => {
    const swatch = el('i', { class: `c${index}`, 'aria-hidden': 'true' });
    return { swatch, item: el('li', {}, swatch, name, el('b', {}, says(values[index] ?? []))) };
  });
  part(HTMLElement, `${id}-legend`).replaceChildren(...items.map(({ item }) => item));
  return items.map(({ swatch }) => getComputedStyle(swatch).color);
}

function lastLag(values: readonly (number | null)[]): string {
  const last = values.findLast((value) => value !== null);
  return last === undefined || last === null ? '–' : duration(last);
}

function sum(values: readonly (number | null)[]): string {
  return String(values.reduce<number>((total, value) => total + (value ?? 0), 0));
}

function drawLag(box: HTMLElement, { times, values, series }: Plot, colours: readonly string[]): uPlot {
  const axes = axesIn(box, (ms) => duration(ms), TICKS);
  const scales = { x: { time: true }, y: { distr: 3 as const, range: lagRange } };
  const lines = series.map((label, index) => ({
    label,
    stroke: colours[index] ?? '',
    paths: () => null,
    points: { show: true, size: 7, fill: colours[index] ?? '' },
  }));
  const options = {
    ...sizeOf(box),
    axes,
    scales,
    series: [{}, ...lines],
    legend: { show: false },
    cursor: { show: false },
    padding: PADDING,
  };
  return new uPlot(options, [[...times], ...values.map(drawnLag)], box);
}

/** What people count lags in: from 10 ms to a month. */
const TICKS = [10, 100, 1_000, 10_000, 60_000, 600_000, 3_600_000, 36_000_000, 86_400_000, 864_000_000, 2_592_000_000];
const LEAST_TOP_MS = 10_000;

/** From the first tick to the first that is above all. */
function lagRange(_: uPlot, __: number | null, most: number | null): [number, number] {
  const top = Math.max(most ?? 0, LEAST_TOP_MS);
  return [TICKS[0] ?? 10, TICKS.find((tick) => tick >= top) ?? top];
}

/** Bars upon each other: each series is drawn as the sum of those up to it, the highest first. */
function drawOutcomes(box: HTMLElement, { times, values, series }: Plot, colours: readonly string[]): uPlot {
  const sums = times.map(() => 0);
  const stacked = values.map((each) => each.map((value, at) => (sums[at] = (sums[at] ?? 0) + (value ?? 0))));
  const bars = uPlot.paths.bars?.({ size: [0.9, 14], gap: 1 });
  const lines = series.map((label, index) => ({
    label,
    fill: colours[index] ?? '',
    width: 0,
    points: { show: false },
    ...(bars && { paths: bars }),
  }));
  const scales = {
    x: { time: true },
    y: { range: (_: uPlot, __: number, most: number): [number, number] => [0, Math.max(5, Math.ceil(most * 1.1))] },
  };
  const options = {
    ...sizeOf(box),
    axes: axesIn(box, (count) => (Number.isInteger(count) ? String(count) : '')),
    scales,
    series: [{}, ...lines.toReversed()],
    legend: { show: false },
    cursor: { show: false },
    padding: PADDING,
  };
  return new uPlot(options, [[...times], ...stacked.toReversed()], box);
}

function sizeOf(box: HTMLElement): { width: number; height: number } {
  return { width: Math.max(box.clientWidth, 200), height: Math.max(box.clientHeight, 90) };
}

function axesIn(box: HTMLElement, says: (value: number) => string, splits?: number[]): uPlot.Axis[] {
  const { color, fontFamily } = getComputedStyle(box);
  const line = { stroke: getComputedStyle(box).borderColor, width: 1 };
  const look = { stroke: color, font: `11px ${fontFamily}`, grid: line, ticks: { show: false } };
  return [
    {
      ...look,
      size: 24,
      incrs: [60, 120, 300],
      values: (_, ticks) => ticks.map((tick) => timeOfDay(tick * 1_000).slice(0, 5)),
    },
    {
      ...look,
      size: 46,
      ...(splits && { splits: () => splits, filter: (_: uPlot, all: number[]) => all }),
      values: (_, ticks) => ticks.map((tick) => (tick === null ? '' : says(tick))),
    },
  ];
}
