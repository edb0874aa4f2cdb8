import { beforeEach, describe, expect, it } from 'vitest';
import { createAskLimit } from '../../../functions/authorizer/ask-limit.ts';
import { withinLimits } from '../../../shared/adapters/clerk/within-limits.ts';
import type { Parts } from '../../support/functions/parts.ts';
import { createParts, directoryUser } from '../../support/functions/parts.ts';

let parts: Parts;
beforeEach(() => {
  parts = createParts();
});

const signal = new AbortController().signal;

/** Questions behind the container's own limits, as the authorizer is wired. */
function limited() {
  const askLimit = createAskLimit({ ...parts, directory: withinLimits(parts.directory, parts) });
  return {
    aboutMissing: (userId: string) => askLimit.aboutMissing(userId, signal),
    aboutStored: (userId: string) => askLimit.aboutStored(userId, signal),
  };
}

describe('A question about a user whom the mirror does not have', () => {
  it('is asked once a minute, and answered from memory in between', async () => {
    parts.clerkUsers.set('user_one', directoryUser('user_one'));
    const { aboutMissing } = limited();
    const first = await aboutMissing('user_one');
    expect(first).toMatchObject({ source: 'read', id: 'user_one' });
    await parts.time.advance(59_999);
    expect(await aboutMissing('user_one')).toBe(first);
    await parts.time.advance(1);
    expect(await aboutMissing('user_one')).not.toBe(first);
    expect(parts.asked).toEqual(['user_one', 'user_one']);
  });

  it('that was answered by an absence is asked again after five seconds', async () => {
    const { aboutMissing } = limited();
    expect(await aboutMissing('user_one')).toBe('absent');
    parts.clerkUsers.set('user_one', directoryUser('user_one'));
    await parts.time.advance(4_999);
    expect(await aboutMissing('user_one')).toBe('absent');
    await parts.time.advance(1);
    expect(await aboutMissing('user_one')).toMatchObject({ id: 'user_one' });
  });

  it('is counted where Clerk is really called, and not for each request', async () => {
    const { aboutMissing, aboutStored } = limited();
    for (let n = 0; n < 3; n += 1) await aboutMissing('user_one');
    expect(parts.metrics.sum('AutoSync')).toBe(1);
    for (let n = 2; n < 20; n += 1) await aboutMissing(`user_${n}`);
    // The container's ten questions; what was held back was not asked.
    expect(parts.metrics.sum('AutoSync')).toBe(10);
    await parts.time.advance(60_000);
    await aboutStored('user_one');
    expect(parts.metrics.sum('AutoSync')).toBe(10);
  });
});

describe('A question about a user whom the mirror has', () => {
  it('is asked once a minute, and unavailable in between: what was said may be older than what is stored by now', async () => {
    parts.clerkUsers.set('user_one', directoryUser('user_one'));
    const { aboutStored } = limited();
    expect(await aboutStored('user_one')).toMatchObject({ source: 'read', id: 'user_one' });
    await parts.time.advance(59_999);
    expect(await aboutStored('user_one')).toBe('unavailable');
    await parts.time.advance(1);
    expect(await aboutStored('user_one')).toMatchObject({ source: 'read', id: 'user_one' });
    expect(parts.asked).toEqual(['user_one', 'user_one']);
  });

  it('that Clerk answered by an absence refuses her for the whole minute, and is asked no sooner', async () => {
    const { aboutStored } = limited();
    expect(await aboutStored('user_one')).toBe('absent');
    await parts.time.advance(59_999);
    expect(await aboutStored('user_one')).toBe('absent');
    expect(parts.asked).toEqual(['user_one']);
    await parts.time.advance(1);
    await aboutStored('user_one');
    expect(parts.asked).toEqual(['user_one', 'user_one']);
  });

  it('is not answered by an absence from before she was stored', async () => {
    const { aboutMissing, aboutStored } = limited();
    expect(await aboutMissing('user_one')).toBe('absent');
    expect(await aboutStored('user_one')).toBe('unavailable');
    expect(parts.asked).toEqual(['user_one']);
  });
});

describe.each(['aboutMissing', 'aboutStored'] as const)('A question (%s)', (about) => {
  it('that Clerk did not answer is not asked again for a minute either', async () => {
    parts.down.clerk = true;
    const { [about]: ask } = limited();
    expect(await ask('user_one')).toBe('unavailable');
    parts.down.clerk = false;
    await parts.time.advance(59_999);
    expect(await ask('user_one')).toBe('unavailable');
    await parts.time.advance(1);
    expect(await ask('user_one')).toBe('absent');
  });

  it('that was held back is unavailable, never absent, and is asked as soon as it may be', async () => {
    const { [about]: ask } = limited();
    for (let n = 0; n < 10; n += 1) await ask(`user_${n}`);
    expect(await ask('user_one')).toBe('unavailable');
    expect(parts.asked).toHaveLength(10);
    await parts.time.advance(1_000);
    expect(await ask('user_one')).toBe('absent');
    expect(parts.asked.at(-1)).toBe('user_one');
  });

  it('of many users at once takes no more of the quota than the container has', async () => {
    const { [about]: ask } = limited();
    const answers = await Promise.all(Array.from({ length: 500 }, (_, n) => ask(`user_${n}`)));
    expect(answers.filter((answer) => answer === 'unavailable')).toHaveLength(490);
    expect(parts.asked).toHaveLength(10);
  });
});
