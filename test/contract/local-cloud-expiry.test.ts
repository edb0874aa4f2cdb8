import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonRecord } from '../../infra/local/cloud/json.ts';
import { openDiary } from '../support/cloud/diary.ts';
import type { Diary } from '../support/cloud/diary.ts';

const SOON = { timeout: 10_000, interval: 20 };
const DAY_MS = 86_400_000;

let diary: Diary;

beforeEach(async () => {
  diary = await openDiary();
});
afterEach(() => diary?.close());

/** In seconds, as a time to live is. */
function inDays(days: number): number {
  return Math.floor((Date.now() + days * DAY_MS) / 1000);
}

async function removed(): Promise<JsonRecord[]> {
  const records = (await diary.invocations()).flat();
  return records.filter((record) => record['eventName'] === 'REMOVE');
}

describe('an item whose time is over', () => {
  it('is deleted when the clock is moved past it, and its stream says that DynamoDB did it', async () => {
    await diary.put('short', { until: inDays(1) });
    await diary.put('long', { until: inDays(3) });
    await diary.put('endless');
    diary.orchard.clock.advance(2 * DAY_MS);
    await expect.poll(() => diary.stored(), SOON).toEqual(['endless', 'long']);
    await expect.poll(async () => (await removed()).length, SOON).toBe(1);
    expect((await removed())[0]).toMatchObject({
      userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' },
      dynamodb: { Keys: { pk: { S: 'short' } } },
    });
  });

  it('is none of those that somebody else deletes', async () => {
    await diary.put('short', { until: inDays(-1) });
    await diary.remove('short');
    await expect.poll(async () => (await removed()).length, SOON).toBe(1);
    expect((await removed())[0]).not.toHaveProperty('userIdentity');
  });

  it('is kept when that looks like a mistake: more than five years ago, or no number', async () => {
    await diary.put('ancient', { until: inDays(-6 * 365) });
    await diary.put('written', { until: String(inDays(-1)) });
    await diary.put('over', { until: inDays(-1) });
    diary.orchard.clock.advance(1);
    await expect.poll(() => diary.stored(), SOON).toEqual(['ancient', 'written']);
  });

  it('is found in a table of many pages', async () => {
    const padding = 'x'.repeat(300_000);
    for (let n = 0; n < 8; n += 1) await diary.put(`large${n}`, { until: inDays(1), padding });
    diary.orchard.clock.advance(2 * DAY_MS);
    await expect.poll(() => diary.stored(), SOON).toEqual([]);
  });
});
