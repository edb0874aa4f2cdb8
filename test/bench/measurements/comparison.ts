import type { RowDefinition, Samples, Target } from '../measurement.ts';
import { CONTROL, oneWithin, ratio } from '../measurement.ts';
import { FLOOR, OURS, OURS_AGAIN } from '../subjects.ts';
import type { Subject } from '../subjects.ts';

/** One that ours is compared with, and what must come of it. */
export interface Comparison {
  readonly subject: Subject;
  /** Of its CPU time divided by ours. */
  readonly target?: Target;
}

/** Two runs of the same code: farther apart than this, and the other rows say nothing either. */
const SAME = oneWithin(0.1);

/**
 * Ours in ms, the A/A control, each of the others divided by ours, and ours divided by the floor: in CPU time, which has the
 * targets, and in wall time, which has none. On a busy machine wall time says how the scheduler shares out processors; those
 * whose work is spread over threads, as Clerk's verification is, then get more of them.
 */
export function comparisonRows(samples: Samples, comparisons: readonly Comparison[]): readonly RowDefinition[] {
  const untargeted = comparisons.map(({ subject }) => ({ subject }));
  return [...rowsOf(samples, 'cpu', 'CPU', comparisons), ...rowsOf(samples, 'wall', 'wall', untargeted)];
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
    { name: `ours, ${label}`, unit: 'ms', values: ours },
    { name: `ours ÷ ours, ${label} ${CONTROL}`, unit: '×', values: ratio(of(OURS_AGAIN), ours), target: SAME },
    ...comparisons.map(({ subject, target }): RowDefinition => {
      const name = `${subject.name} ÷ ours, ${label}`;
      return { name, unit: '×', values: ratio(of(subject), ours), ...(target && { target }) };
    }),
    { name: `ours ÷ floor, ${label}`, unit: '×', values: ratio(ours, of(FLOOR)) },
  ];
}
