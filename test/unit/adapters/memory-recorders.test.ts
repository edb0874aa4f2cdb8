import { describe, expect, it } from 'vitest';
import { createMemoryLog } from '../../../shared/adapters/memory/log.ts';
import { createMemoryMetrics } from '../../../shared/adapters/memory/metrics.ts';

describe('metrics in memory', () => {
  it('keep every measurement, and whether it was flushed', async () => {
    const metrics = createMemoryMetrics();
    metrics.record('SyncCreated', 1, { Path: 'webhook' });
    await metrics.flush();
    metrics.record('AutoSync', 2);
    expect(metrics.recorded()).toEqual([
      { name: 'SyncCreated', value: 1, dimensions: { Path: 'webhook' }, flushed: true },
      { name: 'AutoSync', value: 2, dimensions: {}, flushed: false },
    ]);
  });

  it('add up by name and dimensions', () => {
    const metrics = createMemoryMetrics();
    metrics.record('SyncCreated', 1, { Path: 'webhook' });
    metrics.record('SyncCreated', 2, { Path: 'authorizer' });
    metrics.record('SyncUpdated', 4, { Path: 'webhook' });
    expect(metrics.sum('SyncCreated')).toBe(3);
    expect(metrics.sum('SyncCreated', { Path: 'webhook' })).toBe(1);
    expect(metrics.sum('SyncDeleted')).toBe(0);
  });

  it('refuse dimensions that a metric does not have', () => {
    const metrics = createMemoryMetrics();
    expect(() => metrics.record('SyncCreated', 1)).toThrow('Metric SyncCreated has the dimensions [Path], not []');
    expect(() => metrics.record('AutoSync', 1, { Path: 'webhook' })).toThrow('Metric AutoSync');
    expect(() => metrics.record('DriftFound', 1, { Path: 'webhook' })).toThrow('Metric DriftFound');
    expect(metrics.recorded()).toEqual([]);
  });
});

describe('a log in memory', () => {
  it('keeps its lines in order', () => {
    const log = createMemoryLog();
    log.info('user synchronised', { userId: 'user_ada' });
    log.warn('slow');
    log.error('failed', { reason: 'store' });
    expect(log.lines).toEqual([
      { level: 'info', message: 'user synchronised', facts: { userId: 'user_ada' } },
      { level: 'warn', message: 'slow', facts: {} },
      { level: 'error', message: 'failed', facts: { reason: 'store' } },
    ]);
  });
});
