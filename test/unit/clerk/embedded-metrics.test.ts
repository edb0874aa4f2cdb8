import { describe, expect, it } from 'vitest';
import { createEmbeddedMetrics } from '../../../shared/adapters/cloudwatch/embedded-metrics.ts';
import type { Metrics } from '../../../shared/ports/metrics.ts';
import { linesOf } from './support/stdout.ts';

interface Emf {
  readonly CloudWatchMetrics: readonly {
    readonly Namespace: string;
    readonly Dimensions: readonly (readonly string[])[];
    readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
  }[];
}

async function emitted(record: (metrics: Metrics) => void): Promise<Record<string, unknown>[]> {
  const metrics = createEmbeddedMetrics({ stackName: 'Sync-test' });
  return linesOf(async () => {
    record(metrics);
    await metrics.flush();
  });
}

const definitionOf = (line: Record<string, unknown> = {}) => (line['_aws'] as Emf).CloudWatchMetrics[0]!;

describe('embedded metrics', () => {
  it('write nothing when nothing was recorded', async () => {
    expect(await emitted(() => undefined)).toEqual([]);
  });

  it('carry the stack and their own dimensions, and no others', async () => {
    const [line, ...rest] = await emitted((metrics) => metrics.record('SyncCreated', 1, { Path: 'webhook' }));
    expect(rest).toEqual([]);
    expect(line).toMatchObject({ Stack: 'Sync-test', Path: 'webhook', SyncCreated: 1 });
    expect(line).not.toHaveProperty('service');
    expect(definitionOf(line)).toEqual({
      Namespace: 'ClerkSync',
      Dimensions: [['Stack', 'Path']],
      Metrics: [{ Name: 'SyncCreated', Unit: 'Count' }],
    });
  });

  it('have one line for each set of dimension values, and a total beside those that an alarm adds up', async () => {
    const lines = await emitted((metrics) => {
      metrics.record('SyncCreated', 1, { Path: 'webhook' });
      metrics.record('SyncLag', 250, { Path: 'webhook' });
      metrics.record('AuthDenied', 1, { Reason: 'expired' });
      metrics.record('AuthDenied', 1, { Reason: 'issuer' });
      metrics.record('AutoSync', 1);
    });
    expect(lines.map((line) => definitionOf(line).Dimensions)).toEqual([
      [['Stack', 'Path']],
      [['Stack', 'Reason'], ['Stack']],
      [['Stack', 'Reason'], ['Stack']],
      [['Stack']],
    ]);
    expect(lines[0]).toMatchObject({ Path: 'webhook', SyncCreated: 1, SyncLag: 250 });
    expect(lines.map((line) => line['Reason'])).toEqual([undefined, 'expired', 'issuer', undefined]);
    expect(definitionOf(lines[0]).Metrics.map(({ Unit }) => Unit)).toEqual(['Count', 'Milliseconds']);
  });

  it('keep their dimensions and lose nothing when there are very many', async () => {
    const lines = await emitted((metrics) => {
      for (let time = 0; time < 250; time += 1) metrics.record('AuthDenied', 1, { Reason: 'signature' });
    });
    expect(lines.flatMap((line) => line['AuthDenied'])).toHaveLength(250);
    for (const line of lines) expect(line).toMatchObject({ Stack: 'Sync-test', Reason: 'signature' });
  });

  it('count under "unknown" what came without its dimension, and leave out what is no number or not theirs', async () => {
    const lines = await emitted((metrics) => {
      metrics.record('SyncFailed', 1);
      metrics.record('SyncFailed', Number.NaN, { Path: 'webhook' });
      metrics.record('SyncLag', Number.POSITIVE_INFINITY, { Path: 'webhook' });
      metrics.record('AutoSync', 1, { Path: 'webhook' });
    });
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatchObject({ Path: 'unknown', SyncFailed: 1 });
    expect(lines[1]).not.toHaveProperty('Path');
  });

  it('are handed on once', async () => {
    const metrics = createEmbeddedMetrics({ stackName: 'Sync-test' });
    const lines = await linesOf(async () => {
      metrics.record('AutoSync', 1);
      await metrics.flush();
      await metrics.flush();
    });
    expect(lines).toHaveLength(1);
  });

  it('refuse nobody when what writes them cannot be loaded, and say so', async () => {
    const metrics = createEmbeddedMetrics({ stackName: 'Sync-test' }, () => Promise.reject(new Error('EMFILE')));
    const lines = await linesOf(async () => {
      metrics.record('AutoSync', 1);
      await metrics.flush();
    });
    expect(lines).toMatchObject([{ level: 'ERROR', message: 'metrics cannot be loaded', series: 1 }]);
  });
});
