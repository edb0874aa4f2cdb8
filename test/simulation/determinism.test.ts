import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { planHistory } from './history/plan.ts';
import { playHistory } from './history/play.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

async function storyOf(seed: number): Promise<string> {
  const { story } = await playHistory(seed, planHistory(seed));
  return story.join('\n');
}

describe('One seed', () => {
  it.each([3, 11, 42])('is one history, to the byte: %i', async (seed) => {
    expect(await storyOf(seed)).toBe(await storyOf(seed));
  });

  it('is the same history in another process, with other keys', async () => {
    const told = execFileSync(process.execPath, ['scripts/simulate.ts', '--replay', '7'], {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    expect(told.trimEnd()).toBe(await storyOf(7));
  });

  it('is another history than another seed', async () => {
    expect(await storyOf(1)).not.toBe(await storyOf(2));
  });
});
