import { createSingleFlight } from '../../shared/adapters/secrets/single-flight.ts';
import type { Clock } from '../../shared/ports/time.ts';

export interface Remembering<T> {
  readonly ask: () => Promise<T>;
  /** How long an answer is good for, ms. */
  readonly keepMs: (answer: T) => number;
  /** How long a question that is under way is waited for, ms: a container may be frozen in the middle of one. */
  readonly waitMs: number;
  readonly clock: Clock;
}

/** Asks once for all who want to know at the same time, and not again before the answer is old. */
export function remember<T>({ ask, keepMs, waitMs, clock }: Remembering<T>): () => Promise<T> {
  let held: { readonly answer: T; readonly at: number } | undefined;
  let askedAt = Number.NEGATIVE_INFINITY;
  // When the clock was set back since, nobody knows how long ago that was.
  const isWithin = (ms: number, since: number): boolean => clock.now() >= since && clock.now() - since < ms;
  const asking = createSingleFlight(async () => {
    askedAt = clock.now();
    const answer = await ask();
    held = { answer, at: clock.now() };
    return answer;
  });
  return async () =>
    held && isWithin(keepMs(held.answer), held.at) ? held.answer : asking.run(isWithin(waitMs, askedAt));
}
