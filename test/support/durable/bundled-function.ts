import { appendFileSync, existsSync, writeFileSync } from 'node:fs';

import { withDurableExecution } from '@aws/durable-execution-sdk-js';

const logFile = process.env['LOG_FILE'] ?? '';

/** A durable function to be bundled as the project's own are. The first process that comes to its second step is killed. */
export const handler = withDurableExecution(async (event: { users: number }, context) => {
  await context.step('read', async () => note('read'));
  await context.wait('breathe', { seconds: 1 });
  await context.step('write', async () => {
    note('write');
    if (existsSync(`${logFile}.killed`)) return;
    writeFileSync(`${logFile}.killed`, '');
    process.kill(process.pid, 'SIGKILL');
    // The signal may take a moment: nothing must be stored in it.
    await new Promise(() => setInterval(() => undefined, 1000));
  });
  await context.step('count', async () => note('count'));
  return { users: event.users };
});

function note(step: string): void {
  appendFileSync(logFile, `${step}\n`);
}
