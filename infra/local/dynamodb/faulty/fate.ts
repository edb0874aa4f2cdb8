import type { StoreFaults } from '../faults.ts';
import { isDataCall, isSingleWrite, isTransaction } from './call.ts';

/** What becomes of one call. */
export type Fate =
  | 'passed'
  | 'throttled'
  | 'conflicted'
  | 'failed before'
  | 'failed after'
  | 'reset before'
  | 'reset after';

/**
 * One number decides, so that rates add up: 0.1 of each of two faults spares 0.8 of the calls.
 *
 * @param draw from 0 up to 1
 */
export function fateOf(operation: string, faults: StoreFaults, draw: number): Fate {
  const { throttle, conflict, error500, resetBefore, resetAfter } = faults;
  const mayConflict = isSingleWrite(operation) || isTransaction(operation);
  const risks: readonly (readonly [Fate, number])[] = [
    ['reset before', resetBefore],
    ['reset after', resetAfter],
    ['throttled', isDataCall(operation) ? throttle : 0],
    ['conflicted', mayConflict ? conflict : 0],
    ['failed before', error500 / 2],
    ['failed after', error500 / 2],
  ];
  let bound = 0;
  for (const [fate, rate] of risks) {
    bound += rate;
    if (draw < bound) return fate;
  }
  return 'passed';
}
