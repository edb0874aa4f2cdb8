import { afterEach, describe, expect, it, vi } from 'vitest';
import { createMeasuresClient } from '../../../shared/adapters/cloudwatch/measures-client.ts';
import { createSyncMeasures } from '../../../shared/adapters/cloudwatch/sync-measures.ts';
import type { SyncMeasures } from '../../../shared/ports/sync-measures.ts';
import { MeasuresUnavailable } from '../../../shared/ports/sync-measures.ts';
import type { TestServer } from './support/http-server.ts';
import { startServer } from './support/http-server.ts';

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const close of closers.splice(0)) await close();
});

/** The measures over the function's own client, in front of a server in CloudWatch's place. */
async function measuresOver(answer: Parameters<typeof startServer>[0]): Promise<SyncMeasures> {
  const server: TestServer = await startServer(answer);
  for (const [name, value] of Object.entries({
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'example',
    AWS_SECRET_ACCESS_KEY: 'example',
    AWS_ENDPOINT_URL_CLOUDWATCH: server.url,
  })) {
    vi.stubEnv(name, value);
  }
  const client = createMeasuresClient();
  closers.push(
    () => client.destroy(),
    () => server.close(),
  );
  return createSyncMeasures({ client, clock: { now: () => Date.now() }, stackName: 'Sync-test', functionNames: ['f'] });
}

const complete = (Id: string) => ({ Id, StatusCode: 'Complete', Timestamps: [1_764_072_000], Values: [7] });

describe('metrics that cannot be read whole', () => {
  it.each([
    ['a refusal', 400, { __type: 'AccessDenied', message: 'No.' }, /did not answer GetMetricData \(AccessDenied\)/],
    ['half of an answer', 200, { MetricDataResults: [complete('clerk')] }, /in part/],
    ['more to come', 200, { NextToken: 'more', MetricDataResults: ['clerk', 'stored'].map(complete) }, /in part/],
    [
      'a part that failed',
      200,
      { MetricDataResults: [complete('clerk'), { ...complete('stored'), StatusCode: 'InternalError' }] },
      /in part/,
    ],
  ])('%s is an error, and not taken for calm', async (_what, status, body, message) => {
    const measures = await measuresOver((_request, response) => {
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
    });
    await expect(measures.users(7)).rejects.toThrow(MeasuresUnavailable);
    await expect(measures.users(7)).rejects.toThrow(message);
  });

  it('an answer that never comes is given up in time', async () => {
    let attempts = 0;
    const measures = await measuresOver(() => void (attempts += 1));
    const startedAt = performance.now();
    await expect(measures.syncs(15)).rejects.toThrow(/did not answer GetMetricData \(TimeoutError\)/);
    expect(performance.now() - startedAt).toBeLessThan(4_500);
    expect(attempts).toBe(2);
  });
});

it('a whole answer is read: the latest minute that has both numbers', async () => {
  const measures = await measuresOver((_request, response) => {
    const results = [
      { ...complete('clerk'), Timestamps: [1_764_072_120, 1_764_072_060], Values: [9, 8] },
      { ...complete('stored'), Timestamps: [1_764_072_060], Values: [6] },
    ];
    response
      .writeHead(200, { 'content-type': 'application/x-amz-json-1.0' })
      .end(JSON.stringify({ MetricDataResults: results }));
  });
  expect(await measures.users(7)).toEqual({ clerkUsers: 8, storedUsers: 6, asOf: 1_764_072_060_000 });
});
