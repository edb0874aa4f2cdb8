import { beforeEach, describe, expect, it } from 'vitest';
import { createEmbeddedMetrics } from '../../../shared/adapters/cloudwatch/embedded-metrics.ts';
import { withPacedMetric } from '../../../shared/adapters/cloudwatch/paced-metric.ts';
import { createMemoryMetrics } from '../../../shared/adapters/memory/metrics.ts';
import { createSimulatedTime } from '../../../shared/adapters/memory/simulated-time.ts';
import { linesOf } from './support/stdout.ts';

let time: ReturnType<typeof createSimulatedTime>;
let inner: ReturnType<typeof createMemoryMetrics>;

beforeEach(() => {
  time = createSimulatedTime(1_000_000);
  inner = createMemoryMetrics();
});

const paced = (metrics = inner) =>
  withPacedMetric(metrics, { clock: time.clock, name: 'AuthDenied', intervalMs: 1_000 });
const handedOn = () => inner.recorded().map(({ dimensions, value }) => [dimensions['Reason'], value]);

describe('a metric that strangers can cause', () => {
  it('is handed on at once after a quiet time, and then once a second', async () => {
    const metrics = paced();
    for (let invocation = 0; invocation < 100; invocation += 1) {
      metrics.record('AuthDenied', 1, { Reason: 'expired' });
      await metrics.flush();
      await time.advance(100);
    }
    const values = inner.recorded().map(({ value }) => value);
    expect(values).toEqual([1, ...Array.from({ length: 9 }, () => 10)]);
  });

  it('waits through a freeze, and is handed on by the next invocation, whatever that is about', async () => {
    const metrics = paced();
    for (const _ of 'ab') {
      metrics.record('AuthDenied', 1, { Reason: 'expired' });
      await metrics.flush();
    }
    expect(handedOn()).toEqual([['expired', 1]]);
    await time.advance(3_600_000);
    await metrics.flush();
    expect(handedOn()).toEqual([
      ['expired', 1],
      ['expired', 1],
    ]);
  });

  it('hands on one set of dimension values a second, the one that has waited longest, and loses none', async () => {
    const metrics = paced();
    const reasons = ['expired', 'issuer', 'signature'];
    for (let round = 0; round < 300; round += 1) {
      for (const Reason of reasons) {
        metrics.record('AuthDenied', 1, { Reason });
        await metrics.flush();
      }
      await time.advance(10);
    }
    expect(handedOn().map(([reason]) => reason)).toEqual(['expired', 'issuer', 'signature']);
    for (const _ of reasons) {
      await time.advance(1_000);
      await metrics.flush();
    }
    for (const Reason of reasons) expect(inner.sum('AuthDenied', { Reason })).toBe(300);
  });

  it('is not held back for ever by a clock that was set back', async () => {
    const metrics = paced();
    metrics.record('AuthDenied', 1, { Reason: 'expired' });
    await metrics.flush();
    time.set(0);
    metrics.record('AuthDenied', 1, { Reason: 'expired' });
    await metrics.flush();
    expect(inner.sum('AuthDenied')).toBe(2);
  });

  it('leaves all others as they are: each flush hands them on', async () => {
    const metrics = paced();
    for (let time = 0; time < 3; time += 1) {
      metrics.record('SyncCreated', 1, { Path: 'authorizer' });
      await metrics.flush();
    }
    expect(inner.recorded().map(({ name, flushed }) => [name, flushed])).toEqual(
      Array.from({ length: 3 }, () => ['SyncCreated', true]),
    );
  });

  it('makes one line of however many occurrences, with their sum', async () => {
    const lines = await linesOf(async () => {
      const metrics = withPacedMetric(createEmbeddedMetrics({ stackName: 'Sync-test' }), {
        clock: time.clock,
        name: 'AuthDenied',
        intervalMs: 1_000,
      });
      for (let refusal = 0; refusal < 10_000; refusal += 1) {
        metrics.record('AuthDenied', 1, { Reason: 'signature' });
        await metrics.flush();
      }
      await time.advance(1_000);
      await metrics.flush();
    });
    expect(lines.map((line) => line['AuthDenied'])).toEqual([1, 9_999]);
  });
});
