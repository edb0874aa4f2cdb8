import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type { LocalStack } from '../../infra/local/local-stack.ts';
import { startLocalStack } from '../../infra/local/local-stack.ts';
import { runLoad } from '../support/e2e/webhook-load.ts';

let stack: LocalStack;
beforeAll(async () => {
  stack = await startLocalStack({ assembly: inject('assembly') });
});
afterAll(() => stack?.close());

it('2,000 events that come shuffled, each once to three times, over 16 connections leave the table equal to Clerk', async () => {
  const verdict = await runLoad(stack, { name: 'steady', users: 200, events: 2_000, retryScale: 0.01 });
  expect(verdict).toMatchObject({ events: 2_000, lost: 0, quarantined: [], mismatches: [] });
});

it('2,000 events of which the table is down for 30 s in the middle leave it equal to Clerk', async () => {
  const run = { name: 'outage', users: 200, events: 2_000, retryScale: 0.1, downMs: 30_000 };
  const verdict = await runLoad(stack, run);
  expect(verdict).toMatchObject({ events: 2_000, lost: 0, quarantined: [], mismatches: [] });
  // An outage that nobody noticed has proven nothing.
  expect(verdict.failures['503']).toBeGreaterThan(0);
});
