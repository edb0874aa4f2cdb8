import { expect, inject, it } from 'vitest';
import { startAlarmedCloud } from '../support/e2e/alarmed-cloud.ts';
import { forgedVisits, visits } from '../support/e2e/visits.ts';

const JUNK = 50_000;
/** What the alarm looks back on: by then the failures would be out of its sight, and nothing shown. ms */
const QUARTER_MS = 15 * 60_000;

it('1,000 failing syncs among 100,000 forged tokens still ring', { timeout: QUARTER_MS }, async () => {
  await using cloud = await startAlarmedCloud({ assembly: inject('assembly') });
  const ids: string[] = [];
  // A hundred at a time: on a busy machine the last of a thousand would be told of late, and `SyncLag` ring.
  while (ids.length < 1_000) {
    ids.push(...(await cloud.newUsers(100)));
    await cloud.world.flushWebhooks();
  }
  const startedAt = Date.now();
  await forgedVisits(cloud, JUNK);
  expect(await cloud.ringing()).toEqual([]);
  await cloud.storeFaults({ down: true });
  expect(new Set(await visits(cloud, ids))).toEqual(new Set([200]));
  await cloud.storeFaults({});
  await forgedVisits(cloud, JUNK);
  const seconds = (Date.now() - startedAt) / 1_000;
  expect(await cloud.ringing()).toEqual(['SyncFailures']);
  const rate = Math.round((2 * JUNK + ids.length) / seconds);
  process.stdout.write(`\n${2 * JUNK} refused, ${ids.length} failed: ${Math.round(seconds)} s, ${rate} a second.\n`);
});
