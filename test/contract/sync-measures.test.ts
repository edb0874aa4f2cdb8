import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLocalClock } from '../../infra/local/clock.ts';
import type { LocalClock } from '../../infra/local/clock.ts';
import { createPutMetricData } from '../../shared/adapters/cloudwatch/put-metric-data.ts';
import { createSyncMeasures } from '../../shared/adapters/cloudwatch/sync-measures.ts';
import { createMemoryLog } from '../../shared/adapters/memory/log.ts';
import type { Metrics } from '../../shared/ports/metrics.ts';
import type { SyncMeasures } from '../../shared/ports/sync-measures.ts';
import { startOrchard } from '../support/cloud/orchard.ts';
import type { Orchard } from '../support/cloud/orchard.ts';

const MINUTE = 60_000;
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
const systemClock = { now: () => Date.now() };
let clock: LocalClock;
let orchard: Orchard;
let client: CloudWatchClient;
let metrics: Metrics;
let measures: SyncMeasures;

beforeEach(async () => {
  clock = createLocalClock();
  orchard = await startOrchard({ clock });
  client = new CloudWatchClient({ region: 'us-east-1', endpoint: orchard.cloud.servicesUrl, credentials });
  metrics = createPutMetricData({ client, stackName: 'mine/Sync', log: createMemoryLog() });
  measures = measuresOf('mine/Sync');
});
afterEach(async () => {
  client.destroy();
  await orchard.close();
});

function measuresOf(stackName: string): SyncMeasures {
  return createSyncMeasures({ client, clock: systemClock, stackName, functionNames: ['guard', 'hook'] });
}

async function invoked(FunctionName: string, times: number): Promise<void> {
  const Dimensions = [{ Name: 'FunctionName', Value: FunctionName }];
  const MetricData = [{ MetricName: 'Invocations', Dimensions, Value: times }];
  await client.send(new PutMetricDataCommand({ Namespace: 'AWS/Lambda', MetricData }));
}

it('what a run has counted is found together, also where a millisecond passes between any two looks at the local clock', async () => {
  let looks = 0;
  const ticking = createLocalClock(16 * MINUTE, () => Date.now() + (looks += 1));
  await orchard.close();
  orchard = await startOrchard({ clock: ticking });
  client = new CloudWatchClient({ region: 'us-east-1', endpoint: orchard.cloud.servicesUrl, credentials });
  metrics = createPutMetricData({ client, stackName: 'mine/Sync', log: createMemoryLog() });
  metrics.record('ClerkUsers', 30);
  metrics.record('StoredUsers', 30);
  await metrics.flush();
  expect(await measuresOf('mine/Sync').users(7)).toMatchObject({ clerkUsers: 30, storedUsers: 30 });
});

describe('what was measured of syncs, by the real client over the local CloudWatch', () => {
  it('is nothing where nothing was', async () => {
    expect(await measures.syncs(15)).toEqual({ invocations: 0, refused: 0, failed: 0 });
    expect(await measures.users(7)).toBeUndefined();
  });

  it('adds up invocations of the functions that sync, refusals by whatever reason, and failures that somebody waits for', async () => {
    await invoked('guard', 70);
    await invoked('hook', 30);
    await invoked('somebody-elses', 1_000);
    metrics.record('AuthDenied', 5, { Reason: 'expired' });
    metrics.record('AuthDenied', 2, { Reason: 'signature' });
    metrics.record('WebhookRejected', 3, { Reason: 'headers' });
    for (const Path of ['authorizer', 'webhook', 'on-demand']) metrics.record('SyncFailed', 1, { Path });
    metrics.record('SyncFailed', 100, { Path: 'reconciler' });
    await metrics.flush();
    expect(await measures.syncs(15)).toEqual({ invocations: 100, refused: 10, failed: 3 });
    expect(await measuresOf('another/Sync').syncs(15)).toEqual({ invocations: 100, refused: 0, failed: 0 });
  });

  it('forgets what is older than was asked for', async () => {
    metrics.record('SyncFailed', 4, { Path: 'webhook' });
    await metrics.flush();
    clock.advance(13 * MINUTE);
    expect(await measures.syncs(15)).toMatchObject({ failed: 4 });
    clock.advance(3 * MINUTE);
    expect(await measures.syncs(15)).toMatchObject({ failed: 0 });
  });
});

describe('users when they were last compared', () => {
  async function compared(clerkUsers: number, storedUsers: number): Promise<void> {
    metrics.record('ClerkUsers', clerkUsers);
    metrics.record('StoredUsers', storedUsers);
    await metrics.flush();
  }

  it('are those of the last run, with its time', async () => {
    await compared(100, 60);
    clock.advance(6 * 60 * MINUTE);
    const before = Date.now();
    await compared(110, 110);
    const users = await measures.users(7);
    expect(users).toMatchObject({ clerkUsers: 110, storedUsers: 110 });
    expect(Math.abs((users?.asOf ?? 0) - before)).toBeLessThan(2 * MINUTE);
  });

  it('are unknown when the last run is too long ago', async () => {
    await compared(100, 100);
    clock.advance(8 * 24 * 60 * MINUTE);
    expect(await measures.users(7)).toBeUndefined();
  });
});
