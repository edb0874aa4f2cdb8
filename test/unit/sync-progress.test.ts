import { describe, expect, it } from 'vitest';
import { createSimulatedTime } from '../../shared/adapters/memory/simulated-time.ts';
import { createProgress, progressLine } from '../../scripts/sync/progress.ts';

describe('the progress of a sync', () => {
  it('says how far it is, how fast, and how long it will take at that rate', () => {
    const line = progressLine({ expected: 2_000, listed: 500, looked: 0, confirmed: 0, elapsedMs: 5_000 });
    expect(line).toContain('500 of 2000 users, 100/s, about 15 s left');
    expect(line.match(/█/g)).toHaveLength(6);
  });

  it('promises nothing before the first page, and never more than everybody', () => {
    expect(progressLine({ expected: 0, listed: 0, looked: 0, confirmed: 0, elapsedMs: 0 })).toContain(
      '0 of 0 users, 0/s',
    );
    const over = progressLine({ expected: 10, listed: 12, looked: 4, confirmed: 3, elapsedMs: 1_000 });
    expect(over.match(/█/g)).toHaveLength(24);
    expect(over).toContain('about 0 s left, 3 asked about one by one');
  });

  it('says of an incremental run how many it has looked at: how far it has to go nobody knows', async () => {
    const looking = progressLine({ expected: 2_000, listed: 0, looked: 480, confirmed: 0, elapsedMs: 5_000 });
    expect(looking).toBe('480 users looked at who were changed lately or are banned');
    const time = createSimulatedTime(0);
    const written: string[] = [];
    const progress = createProgress({ write: (text) => written.push(text) }, time.clock);
    for (const ids of [['a', 'b'], ['b', 'c'], []]) {
      await time.advance(6_000);
      progress.looked(ids);
    }
    expect(written).toEqual(['2', '3', '3'].map((users) => `${users} ${looking.slice(4)}\n`));
  });

  it('says of an approval how many were asked about: nobody walks a list', () => {
    const approving = progressLine({ expected: 2_000, listed: 0, looked: 0, confirmed: 30, elapsedMs: 5_000 });
    expect(approving).toBe('30 users asked about one by one');
  });

  it('knows its rate from when it began to walk, and not from when it began to wait for another run', async () => {
    const time = createSimulatedTime(0);
    const written: string[] = [];
    const progress = createProgress({ write: (text) => written.push(text) }, time.clock);
    await time.advance(600_000);
    progress.expected(2_000);
    await time.advance(5_000);
    progress.listed('a', 500);
    progress.expected(2_000);
    await time.advance(5_000);
    progress.listed('b', 500);
    expect(written).toEqual([
      expect.stringContaining('500 of 2000 users, 100/s, about 15 s left'),
      expect.stringContaining('1000 of 2000 users, 100/s, about 10 s left'),
    ]);
  });

  it('counts a page that is read again once, and says a line now and then where nobody watches one move', async () => {
    const time = createSimulatedTime(0);
    const written: string[] = [];
    const progress = createProgress({ write: (text) => written.push(text) }, time.clock);
    progress.expected(1_500);
    for (const last of ['a', 'b', 'b', 'c']) {
      await time.advance(3_000);
      progress.listed(last, 500);
    }
    progress.listed(undefined, 0);
    expect(written).toEqual([expect.stringContaining('1000 of 1500'), expect.stringContaining('1500 of 1500')]);
  });
});
