import { describe, expect, it } from 'vitest';
import { runOver } from '../../support/reconciler/generated-world.ts';
import { EPOCH } from './support/clerk.ts';

describe('the memory of a run', () => {
  it('is flat over users of one instant, of whom some are missing and one is too many', async () => {
    const oneInstant = { createdAt: () => EPOCH, isMissing: (n: number) => n % 3_000 === 7, extra: 1 };
    const [few, many] = [
      await runOver({ ...oneInstant, users: 2_000 }, { largeMoment: 500 }),
      await runOver({ ...oneInstant, users: 12_000 }, { largeMoment: 500 }),
    ];
    expect(many.summary).toMatchObject({
      status: 'repaired',
      created: 4,
      deleted: 1,
      clerkUsers: 12_000,
      storedUsers: 12_000,
    });
    expect(many.heapMb).toBeLessThan(few.heapMb + 4);
  });
});
