/** Of answers that overtake each other one that is older than what was heard already does not count. @returns undefined for that */
export function inOrder<T>(): (ask: () => Promise<T>) => Promise<{ readonly answer: T } | undefined> {
  let asked = 0;
  let heard = 0;
  return async (ask) => {
    const number = (asked += 1);
    const answer = await ask();
    if (number < heard) return undefined;
    heard = number;
    return { answer };
  };
}
