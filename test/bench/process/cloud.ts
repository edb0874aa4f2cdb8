/**
 * The whole local cloud in a process of its own, so that who sends the requests is not in its way. It is told by its parent
 * when to start, and when to take a profile of itself; it ends with its parent.
 */
import { Session } from 'node:inspector/promises';
import type { LocalStack } from '../../../infra/local/local-stack.ts';
import { startLocalStack } from '../../../infra/local/local-stack.ts';
import { timeByPart } from '../load/profile.ts';

export type CloudQuestion = 'start' | 'profile' | 'profiled';

const inspector = new Session();
let stack: LocalStack | undefined;

process.on('disconnect', () => void stack?.close().finally(() => process.exit()));
process.on('message', (question: CloudQuestion) => {
  answer(question).then(
    (value) => process.send?.({ value }),
    (error: unknown) => process.send?.({ failed: error instanceof Error ? error.message : String(error) }),
  );
});

async function answer(question: CloudQuestion): Promise<unknown> {
  switch (question) {
    case 'start':
      // Each request is to reach the authorizer.
      stack = await startLocalStack({ context: { authorizerCacheSeconds: '0' } });
      return stack.file;
    case 'profile':
      inspector.connect();
      await inspector.post('Profiler.enable');
      return inspector.post('Profiler.start');
    case 'profiled': {
      const { profile } = await inspector.post('Profiler.stop');
      inspector.disconnect();
      return timeByPart(profile);
    }
  }
}
