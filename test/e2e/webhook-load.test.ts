import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { LocalStack } from '../../infra/local/local-stack.ts';
import { startLocalStack } from '../../infra/local/local-stack.ts';
import { runLoad } from '../support/e2e/webhook-load.ts';

/** Some 1,200 requests each time, and more in `npm run test:long`: on a loaded machine they take a while. */
const LIMIT_MS = 240_000;

let stack: LocalStack;
beforeAll(async () => {
  stack = await startLocalStack({ assembly: inject('assembly') });
});
afterAll(() => stack?.close());

describe('Events that come shuffled, each once to three times, over 16 connections', () => {
  it(
    'leave the table equal to Clerk, with none lost and none in quarantine',
    async () => {
      const verdict = await runLoad(stack, { name: 'steady', users: 60, events: 600, retryScale: 0.01 });
      expect(verdict).toMatchObject({ events: 600, lost: 0, quarantined: [], mismatches: [] });
    },
    LIMIT_MS,
  );

  it(
    'do so all the same when the table is down for a while in between: Svix comes again',
    async () => {
      const run = { name: 'outage', users: 60, events: 600, retryScale: 0.01, downMs: 3_000 };
      const verdict = await runLoad(stack, run);
      expect(verdict).toMatchObject({ events: 600, lost: 0, quarantined: [], mismatches: [] });
      // An outage that nobody noticed has proven nothing.
      expect(verdict.failures['503']).toBeGreaterThan(0);
    },
    LIMIT_MS,
  );
});
