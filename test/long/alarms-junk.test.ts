import { expect, inject, it } from 'vitest';
import { startAlarmedCloud } from '../support/e2e/alarmed-cloud.ts';
import { forgedVisits, visits } from '../support/e2e/visits.ts';

it('1,000 failing syncs among 100,000 forged tokens still ring', async () => {
  await using cloud = await startAlarmedCloud({ assembly: inject('assembly') });
  const ids = await cloud.newUsers(1_000);
  await cloud.world.flushWebhooks();
  await forgedVisits(cloud, 50_000);
  expect(await cloud.ringing()).toEqual([]);
  await cloud.storeFaults({ down: true });
  expect(new Set(await visits(cloud, ids))).toEqual(new Set([200]));
  await cloud.storeFaults({});
  await forgedVisits(cloud, 50_000);
  expect(await cloud.ringing()).toEqual(['SyncFailures']);
});
