/** Does work when its turn has come, and hands on what came of it. */
export type Turnstile = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * Lets work through, so much at a time and first come, first served, whoever brings it.
 * @param atOnce how many at the same time, at least 1
 */
export function atMost(atOnce: number): Turnstile {
  const waiting: (() => void)[] = [];
  let free = atOnce;
  const enter = async (): Promise<void> => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
  };
  /** Whoever leaves gives the place to the one who has waited longest. */
  const leave = (): void => {
    const next = waiting.shift();
    if (next) next();
    else free += 1;
  };
  return async (work) => {
    await enter();
    try {
      return await work();
    } finally {
      leave();
    }
  };
}
