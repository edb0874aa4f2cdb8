/**
 * Does the work for every item, some at a time. After a failure nothing new is begun; what is under way ends first, so that
 * nothing goes on behind the caller's back.
 *
 * @param atOnce how many at the same time, at least 1
 * @throws the first failure
 */
export async function each<T>(items: readonly T[], atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const failures: unknown[] = [];
  const worker = async (): Promise<void> => {
    for (const item of queue) {
      if (failures.length > 0) return;
      try {
        await work(item);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
  if (failures.length > 0) throw failures[0];
}
