import type { RowDefinition, Samples, Target } from '../measurement.ts';
import { oneWithin, ratio } from '../measurement.ts';
import { OURS, OURS_AGAIN } from '../subjects.ts';
import type { Subject } from '../subjects.ts';

/** One that ours is compared with, and what must come of it. */
export interface Comparison {
  readonly subject: Subject;
  /** Of our CPU time divided by its. */
  readonly target?: Target;
}

/** Two runs of the same code: farther apart than this, and the other rows say nothing either. */
const CONTROL_ROW: Comparison = { subject: OURS_AGAIN, target: oneWithin(0.1) };

/**
 * Ours in ms, and ours divided by the A/A control and by each of the others: in CPU time, which has the targets, and in wall
 * time, which has none. On a busy machine wall time says how the scheduler shares out processors; those whose work is spread
 * over threads, as Clerk's verification is, then get more of them.
 */
export function comparisonRows(samples: Samples, comparisons: readonly Comparison[]): readonly RowDefinition[] {
  const all = [CONTROL_ROW, ...comparisons];
  const untargeted = all.map(({ subject }) => ({ subject }));
  return [...rowsOf(samples, 'cpu', '', all), ...rowsOf(samples, 'wall', '.wall', untargeted)];
}

function rowsOf(
  samples: Samples,
  quantity: 'cpu' | 'wall',
  label: string,
  comparisons: readonly Comparison[],
): readonly RowDefinition[] {
  const of = ({ name }: Subject): readonly number[] => samples.of(name, quantity);
  const ours = of(OURS);
  return [
    { suffix: label, unit: 'ms', values: ours },
    ...comparisons.map(({ subject, target }): RowDefinition => {
      const suffix = `${label}/${subject.name}`;
      return { suffix, unit: '×', values: ratio(ours, of(subject)), ...(target && { target }) };
    }),
  ];
}
