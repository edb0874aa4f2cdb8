import { describe, expect, it } from 'vitest';
import { adviceAfterStop, summaryOfNothing, summaryTable } from '../../scripts/sync/summary-table.ts';
import { watchedLease } from '../../scripts/sync/watched-lease.ts';
import { createMemoryLeaseStore } from '../../shared/adapters/memory/lease-store.ts';

const NOW = Date.UTC(2026, 10, 26);

describe('what a sync says', () => {
  it('while it waits for another run: which one, once, and nothing when it has come to its turn', async () => {
    const lease = createMemoryLeaseStore({ clock: { now: () => NOW } });
    const said: string[] = [];
    const watched = watchedLease(lease, (text) => said.push(text));
    const other = await lease.take('run-1', NOW + 1_000);
    for (const _look of [1, 2, 3]) expect(await watched.take('mine', NOW + 1_000)).toMatchObject({ holder: 'run-1' });
    expect(said).toEqual([expect.stringMatching(/^Run run-1 is at work: this one waits for its end\./)]);
    await lease.release(other);
    expect(await watched.take('mine', NOW + 1_000)).toMatchObject({ holder: 'mine' });
    expect(said).toHaveLength(1);
  });

  it('of users who are in Clerk and not in the table, and rightly so: they were erased here for good', () => {
    const summary = { ...summaryOfNothing(''), clerkUsers: 60, storedUsers: 58 };
    expect(summaryTable({ ...summary, erasedInClerk: 2 }, false)).toMatch(/^erased here for good +2$/m);
    expect(summaryTable(summary, false)).not.toContain('erased');
  });

  it('after Ctrl-C: how to go on, and of a dry run not that anything was repaired', () => {
    expect(adviceAfterStop(false)).toContain('the same command goes on from there');
    expect(adviceAfterStop(true)).toContain('Nothing was changed');
    expect(adviceAfterStop(true)).not.toContain('repaired');
  });
});
