/** One call at a time, which all who ask meanwhile share. */
export interface SingleFlight<T> {
  isUnderWay(): boolean;
  /** @param mayJoin whether what is under way, if anything, may still be waited for; if not, the call is made anew */
  run(mayJoin: boolean): Promise<T>;
}

export function createSingleFlight<T>(call: () => Promise<T>): SingleFlight<T> {
  let underWay: Promise<T> | undefined;
  const start = (): Promise<T> => {
    const started = call().finally(() => {
      if (underWay === started) underWay = undefined;
    });
    return started;
  };
  return {
    isUnderWay: () => underWay !== undefined,
    run(mayJoin) {
      if (!underWay || !mayJoin) underWay = start();
      return underWay;
    },
  };
}
