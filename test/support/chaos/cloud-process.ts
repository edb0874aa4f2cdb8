/**
 * A local cloud in a process of its own, so that what it keeps in memory can be told from what drives it. Told by its parent what
 * to start with, tells it what it has become, and ends when the parent asks for it or is gone.
 */
import { startLocalStack } from '../../../infra/local/local-stack.ts';
import type { LocalStackOptions } from '../../../infra/local/local-stack.ts';

process.once('message', (options: LocalStackOptions) => void serve(options));

async function serve(options: LocalStackOptions): Promise<void> {
  try {
    const stack = await startLocalStack(options);
    process.once('disconnect', () => void stack.close().finally(() => process.exit(0)));
    process.send?.({ started: stack.file });
  } catch (error) {
    process.send?.({ failed: error instanceof Error ? error.message : String(error) });
    process.exit(1);
  }
}
