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
  return (userId: string) => askLimit.ask(userId, signal);
}

describe('A question about a user', () => {
  it('is asked once a minute, and answered from memory in between', async () => {
    parts.clerkUsers.set('user_one', directoryUser('user_one'));
    const ask = limited();
    const first = await ask('user_one');
    expect(first).toMatchObject({ source: 'read', id: 'user_one' });
    await parts.time.advance(59_999);
    expect(await ask('user_one')).toBe(first);
    await parts.time.advance(1);
    expect(await ask('user_one')).not.toBe(first);
    expect(parts.asked).toEqual(['user_one', 'user_one']);
  });

  it('that Clerk did not answer is not asked again for a minute either', async () => {
    parts.down.clerk = true;
    const ask = limited();
    expect(await ask('user_one')).toBe('unavailable');
    parts.down.clerk = false;
    await parts.time.advance(59_999);
    expect(await ask('user_one')).toBe('unavailable');
    await parts.time.advance(1);
    expect(await ask('user_one')).toBe('absent');
  });

  it('that was held back is unavailable, never absent, and is asked as soon as it may be', async () => {
    const ask = limited();
    for (let n = 0; n < 10; n += 1) await ask(`user_${n}`);
    expect(await ask('user_one')).toBe('unavailable');
    expect(parts.asked).toHaveLength(10);
    await parts.time.advance(1_000);
    expect(await ask('user_one')).toBe('absent');
    expect(parts.asked.at(-1)).toBe('user_one');
  });

  it('of many users at once takes no more of the quota than the container has', async () => {
    const ask = limited();
    const answers = await Promise.all(Array.from({ length: 500 }, (_, n) => ask(`user_${n}`)));
    expect(answers.filter((answer) => answer === 'unavailable')).toHaveLength(490);
    expect(parts.asked).toHaveLength(10);
  });
});
