import { describe, expect, it } from 'vitest';
import { LogBook } from '../../../infra/local/cloud/logs.ts';

const everything = { limit: 100_000 };

function bookOf(lines: readonly string[]): LogBook {
  const book = new LogBook();
  for (const [at, line] of lines.entries()) book.add({ functionName: 'echo', at, line });
  return book;
}

describe('The latest lines of all functions', () => {
  it('are kept up to 10,000, and the oldest are forgotten', () => {
    const lines = Array.from({ length: 50_000 }, (_, n) => `line ${n}`);
    const kept = bookOf(lines).latest(everything);
    expect(kept).toHaveLength(10_000);
    expect(kept.at(-1)?.line).toBe('line 49999');
  });

  it('are fewer where they are long, so that all together stay small', () => {
    const kept = bookOf(Array.from({ length: 1_000 }, () => 'x'.repeat(100_000))).latest(everything);
    expect(kept.length).toBeGreaterThanOrEqual(40);
    expect(kept.length).toBeLessThanOrEqual(44);
  });

  it('are one where that one is larger than all may be', () => {
    const lines = ['short', 'x'.repeat(9_000_000)];
    expect(
      bookOf(lines)
        .latest(everything)
        .map(({ at }) => at),
    ).toEqual([1]);
  });
});
