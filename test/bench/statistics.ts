/** The value in the middle, and how far apart the middle half of all values lies: a few disturbed rounds move neither. */
export interface Summary {
  readonly median: number;
  /** Interquartile range, in the unit of the values. */
  readonly spread: number;
}

/** @param values one for each round, at least one */
export function summarise(values: readonly number[]): Summary {
  const sorted = values.toSorted((left, right) => left - right);
  return { median: quantile(sorted, 0.5), spread: quantile(sorted, 0.75) - quantile(sorted, 0.25) };
}

/** Between two values the line that joins them. */
function quantile(sorted: readonly number[], share: number): number {
  const position = (sorted.length - 1) * share;
  const below = sorted[Math.floor(position)];
  const above = sorted[Math.ceil(position)];
  if (below === undefined || above === undefined)
    throw new Error('There is nothing to summarise: no round was measured.');
  return below + (above - below) * (position - Math.floor(position));
}

/**
 * The order of one round: each starts with the next contestant every two rounds, and every second round runs backwards. What
 * drifts (a clock speed, a neighbour on the machine) and what one leaves behind for the next meets all of them alike.
 */
export function orderOf<T>(contestants: readonly T[], round: number): readonly T[] {
  const start = Math.floor(round / 2) % Math.max(1, contestants.length);
  const rotated = [...contestants.slice(start), ...contestants.slice(0, start)];
  return round % 2 === 0 ? rotated : rotated.toReversed();
}
