/** A durable function: two steps with a wait between them. */
import { withDurableExecution } from '@aws/durable-execution-sdk-js';
import type { DurableContext } from '@aws/durable-execution-sdk-js';

interface Task {
  readonly count: number;
  readonly fail?: boolean;
}

export const handler = withDurableExecution(async (task: Task, context: DurableContext) => {
  const first = await context.step('first', async () => task.count + 1);
  await context.wait('pause', { seconds: 10 });
  const second = async (): Promise<{ total: number }> => {
    if (task.fail === true) throw new Error('no more apples');
    return { total: first * 10 };
  };
  return context.step('second', second, { retryStrategy: () => ({ shouldRetry: false }) });
});
