import { expect, it } from 'vitest';
import { cloudWatch } from '../../../../infra/local/cloud/services/cloudwatch.ts';
import { MetricStore } from '../../../../infra/local/cloud/services/metric-store.ts';

const LAST_MS_OF_A_MINUTE = 59_999;

it('metrics that are put in one request have one time, also where a minute ends while they are read', async () => {
  const store = new MetricStore();
  let wall = LAST_MS_OF_A_MINUTE;
  const service = cloudWatch(store, { now: () => wall++, ahead: () => 60_000 }, () => []);
  const MetricData = ['ClerkUsers', 'StoredUsers'].map((MetricName) => ({ MetricName, Value: 30 }));
  await service.get('PutMetricData')?.({ Namespace: 'Mine', MetricData });
  expect(store.points().map(({ name, at }) => [name, at])).toEqual([
    ['ClerkUsers', 119_999],
    ['StoredUsers', 119_999],
  ]);
});
