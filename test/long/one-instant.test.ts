import { describe, expect, it } from 'vitest';
import { runOver } from '../support/reconciler/generated-world.ts';
import type { Generated } from '../support/reconciler/generated-world.ts';
import { EPOCH } from '../unit/reconciler/support/clerk.ts';

const oneInstant = { createdAt: () => EPOCH };

async function told(name: string, what: Generated) {
  const run = await runOver(what);
  const { summary: _, ...figures } = run;
  process.stdout.write(`${name}: ${JSON.stringify(figures)}\n`);
  return run;
}

describe('100,000 users imported to one instant', () => {
  it('are found to be in sync with a call for every 500, no write, and memory for a twentieth of them', async () => {
    const few = await told('20,000 of one instant', { ...oneInstant, users: 20_000 });
    const many = await told('100,000 of one instant', { ...oneInstant, users: 100_000 });
    expect(many.summary).toMatchObject({ status: 'in-sync', clerkUsers: 100_000, storedUsers: 100_000 });
    expect(many.writes).toBe(0);
    expect(many.calls).toBeLessThanOrEqual(100_000 / 500 + 10);
    expect(many.heapMb).toBeLessThan(few.heapMb + 10);
  });

  it('are repaired when some are missing and some too many, at the price of asking for all by id', async () => {
    const isMissing = (n: number): boolean => n % 10_000 === 123;
    const run = await told('100,000 of one instant, 10 missing, 7 too many', {
      ...oneInstant,
      isMissing,
      users: 100_000,
      extra: 7,
    });
    expect(run.summary).toMatchObject({ status: 'repaired', created: 10, deleted: 7, storedUsers: 100_000 });
    // Every chunk asks whose instance the key belongs to.
    expect(run.calls).toBeLessThanOrEqual(100_000 / 500 + 100_007 / 100 + 7 + 20 + run.steps);
    expect(run.heapMb).toBeLessThan(30);
  });
});

it('100,000 users of a time each take no more memory than 20,000', async () => {
  const eachItsTime = { createdAt: (n: number) => EPOCH + n * 60_000 };
  const few = await told('20,000 of a time each', { ...eachItsTime, users: 20_000 });
  const many = await told('100,000 of a time each', { ...eachItsTime, users: 100_000 });
  expect(many.summary).toMatchObject({ status: 'in-sync', storedUsers: 100_000 });
  expect(many.calls).toBeLessThanOrEqual(100_000 / 500 + 10);
  expect(many.heapMb).toBeLessThan(few.heapMb + 10);
});
