import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { PutMetricDataCommandInput } from '@aws-sdk/client-cloudwatch';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { createPutMetricData } from '../../../shared/adapters/cloudwatch/put-metric-data.ts';
import { createMemoryLog } from '../../../shared/adapters/memory/log.ts';
import type { TestServer } from './support/http-server.ts';
import { startServer } from './support/http-server.ts';

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** The adapter with the real client, in front of a server that keeps what it is sent. */
async function metricsBefore(status = 200) {
  const calls: PutMetricDataCommandInput[] = [];
  const server: TestServer = await startServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      // The client compresses what is larger than 10 KB.
      const body = Buffer.concat(pieces);
      const text = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
      calls.push(JSON.parse(text.toString()) as PutMetricDataCommandInput);
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end('{}');
    });
  });
  const client = new CloudWatchClient({
    endpoint: server.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'example', secretAccessKey: 'example' },
    maxAttempts: 1,
  });
  closers.push(
    () => client.destroy(),
    () => server.close(),
  );
  const log = createMemoryLog();
  return { metrics: createPutMetricData({ client, stackName: 'Sync-test', log }), calls, log, server };
}

describe('metrics by PutMetricData', () => {
  it('count without their own dimensions as well where an alarm adds them up', async () => {
    const { metrics, calls } = await metricsBefore();
    metrics.record('WebhookReceived', 1, { Type: 'user.created' });
    metrics.record('WebhookReceived', 1, { Type: 'user.deleted' });
    await metrics.flush();
    const data = calls[0]?.MetricData ?? [];
    const totals = data.filter(({ Dimensions }) => Dimensions?.length === 1);
    expect(data).toHaveLength(4);
    expect(totals).toMatchObject([
      { MetricName: 'WebhookReceived', Dimensions: [{ Name: 'Stack', Value: 'Sync-test' }], Values: [1], Counts: [1] },
      { MetricName: 'WebhookReceived', Dimensions: [{ Name: 'Stack', Value: 'Sync-test' }], Values: [1], Counts: [1] },
    ]);
  });

  it('make no call when nothing was recorded', async () => {
    const { metrics, calls } = await metricsBefore();
    await metrics.flush();
    expect(calls).toEqual([]);
  });

  it('go in one call, with the stack and their own dimensions', async () => {
    const { metrics, calls } = await metricsBefore();
    metrics.record('ClerkUsers', 12);
    metrics.record('SyncUpdated', 1, { Path: 'reconciler' });
    metrics.record('SyncUpdated', 1, { Path: 'reconciler' });
    metrics.record('ReconcileDuration', 1234.5);
    await metrics.flush();
    await metrics.flush();
    const stack = { Name: 'Stack', Value: 'Sync-test' };
    expect(calls).toEqual([
      {
        Namespace: 'ClerkSync',
        MetricData: [
          { MetricName: 'ClerkUsers', Unit: 'Count', Dimensions: [stack], Values: [12], Counts: [1] },
          {
            MetricName: 'SyncUpdated',
            Unit: 'Count',
            Dimensions: [stack, { Name: 'Path', Value: 'reconciler' }],
            Values: [1],
            Counts: [2],
          },
          { MetricName: 'ReconcileDuration', Unit: 'Milliseconds', Dimensions: [stack], Values: [1230], Counts: [1] },
        ],
      },
    ]);
  });

  it('stay small however much is measured, and each datum within its 150 values', async () => {
    const { metrics, calls } = await metricsBefore();
    for (let lag = 1; lag <= 100_000; lag += 1) metrics.record('SyncLag', lag, { Path: 'reconciler' });
    await metrics.flush();
    const data = calls[0]?.MetricData ?? [];
    expect(data.length).toBeLessThan(30);
    expect(Math.max(...data.map(({ Values }) => Values?.length ?? 0))).toBeLessThanOrEqual(150);
    expect(data.flatMap(({ Counts }) => Counts ?? []).reduce((sum, count) => sum + count, 0)).toBe(100_000);
  });

  it('beyond the thousand that one call takes are left out, and the log says how many', async () => {
    const { metrics, calls, log } = await metricsBefore();
    for (let path = 0; path < 1_003; path += 1) metrics.record('SyncUpdated', 1, { Path: `path${path}` });
    await metrics.flush();
    expect(calls).toHaveLength(1);
    expect(calls[0]?.MetricData).toHaveLength(1_000);
    expect(log.lines).toEqual([{ level: 'warn', message: 'metrics left out', facts: { metrics: 3 } }]);
  });

  it.each([400, 500])('that CloudWatch does not take (%d) are a warning, not a failure', async (status) => {
    const { metrics, log } = await metricsBefore(status);
    metrics.record('ClerkUsers', 1);
    await metrics.flush();
    expect(log.lines).toMatchObject([{ level: 'warn', message: 'metrics not sent', facts: { metrics: 1 } }]);
  });

  it('that cannot be sent at all are a warning, too', async () => {
    const { metrics, log, server } = await metricsBefore();
    await server.close();
    metrics.record('ClerkUsers', 1);
    await metrics.flush();
    expect(log.lines).toHaveLength(1);
  });
});
