import type { Clock } from '../../ports/time.ts';

/** The machine's wall clock. */
export const systemClock: Clock = { now: () => Date.now() };
