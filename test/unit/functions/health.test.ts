import { describe, expect, it } from 'vitest';
import { healthRoutes } from '../../../functions/health/health.ts';
import { judgeSyncs } from '../../../functions/health/judge-syncs.ts';
import { userCountsBody } from '../../../functions/health/user-counts.ts';
import { routed } from '../../../functions/http/router.ts';
import { createMemoryLog } from '../../../shared/adapters/memory/log.ts';
import { createSimulatedTime } from '../../../shared/adapters/memory/simulated-time.ts';
import type { SyncCounts, SyncMeasures, UserCounts } from '../../../shared/ports/sync-measures.ts';
import { MeasuresUnavailable } from '../../../shared/ports/sync-measures.ts';
import { objectWith, textWith } from '../../support/cloud/matchers.ts';

const CALM: SyncCounts = { invocations: 1_000, refused: 0, failed: 0 };
const START = Date.UTC(2026, 10, 25, 12);

describe('syncs are judged', () => {
  it.each([
    ['none at all', { invocations: 0, refused: 0, failed: 0 }, 'up', 0, 0],
    ['none failed', CALM, 'up', 0, 1_000],
    ['one of a hundred', { invocations: 100, refused: 0, failed: 1 }, 'up', 0.01, 100],
    ['just below five percent', { invocations: 1_000, refused: 0, failed: 49 }, 'up', 0.049, 1_000],
    ['five percent', { invocations: 1_000, refused: 0, failed: 50 }, 'down', 0.05, 1_000],
    ['all of too few', { invocations: 19, refused: 0, failed: 19 }, 'up', 1, 19],
    ['the least that says something', { invocations: 20, refused: 0, failed: 1 }, 'down', 0.05, 20],
    ['a failing share among junk', { invocations: 101_000, refused: 100_000, failed: 60 }, 'down', 0.06, 1_000],
    ['junk alone', { invocations: 100_000, refused: 100_000, failed: 0 }, 'up', 0, 0],
    ['everybody refused since the table is away', { invocations: 50, refused: 50, failed: 50 }, 'down', 1, 50],
    ['refusals that were counted late', { invocations: 0, refused: 500, failed: 0 }, 'up', 0, 0],
    ['failures before their invocations', { invocations: 3, refused: 0, failed: 40 }, 'down', 1, 40],
  ] as const)('%s', (_what, counts, status, failureRate, attempts) => {
    expect(judgeSyncs(counts)).toEqual({ status, failureRate, attempts, failed: counts.failed });
  });

  it('by a share that has no more digits than it is worth', () => {
    expect(judgeSyncs({ invocations: 3_000, refused: 0, failed: 1 }).failureRate).toBe(0.0003);
  });
});

describe('counts of users', () => {
  it.each([
    [100, 100, 'healthy', 0],
    [100, 90, 'healthy', 10],
    [100, 89, 'warning', 11],
    [0, 11, 'warning', 11],
  ] as const)('%d in Clerk and %d in the table are %s', (clerkUsers, storedUsers, status, discrepancy) => {
    expect(userCountsBody({ clerkUsers, storedUsers, asOf: START })).toEqual({
      status,
      clerk_users: clerkUsers,
      db_users: storedUsers,
      discrepancy,
      as_of: '2026-11-25T12:00:00.000Z',
    });
  });

  it('are unknown, not nought, before a run has compared them', () => {
    expect(userCountsBody(undefined)).toEqual({
      status: 'unknown',
      clerk_users: null,
      db_users: null,
      discrepancy: null,
      as_of: null,
    });
  });
});

/** Health over metrics that a test writes, and how often they were read. */
function healthOver(parts: Partial<SyncMeasures>) {
  const time = createSimulatedTime(START);
  const log = createMemoryLog();
  const reads = { syncs: 0, users: 0 };
  const measures: SyncMeasures = {
    syncs: async (minutes) => {
      reads.syncs += 1;
      return parts.syncs?.(minutes) ?? CALM;
    },
    users: async (days) => {
      reads.users += 1;
      return parts.users?.(days);
    },
  };
  const route = routed(healthRoutes({ measures, ...time, log }));
  return { time, log, reads, health: (routeKey: string) => route({ routeKey }) };
}

function bodyOf({ body }: { readonly body?: string | undefined }): Record<string, unknown> {
  return JSON.parse(body ?? '') as Record<string, unknown>;
}

describe('GET /health', () => {
  it('is ok while syncs succeed, in the shape of a NestJS health check', async () => {
    const { health } = healthOver({});
    const answer = await health('GET /health');
    const userSync = {
      status: 'up',
      failureRate: 0,
      attempts: 1_000,
      failed: 0,
      windowMinutes: 15,
      leastAttempts: 20,
    };
    expect(answer).toMatchObject({ statusCode: 200, headers: { 'cache-control': 'public, max-age=60' } });
    expect(bodyOf(answer)).toEqual({ status: 'ok', info: { userSync }, error: {}, details: { userSync } });
  });

  it('is an error with 503 when too many fail', async () => {
    const { health } = healthOver({ syncs: async () => ({ ...CALM, failed: 60 }) });
    const answer = await health('GET /health');
    const userSync = objectWith({ status: 'down', failureRate: 0.06, failed: 60 });
    expect(answer.statusCode).toBe(503);
    expect(bodyOf(answer)).toEqual({ status: 'error', info: {}, error: { userSync }, details: { userSync } });
  });

  it('is unknown where metrics cannot be read, says why in the log alone, and is asked again soon', async () => {
    let isAway = true;
    const { health, log, time, reads } = healthOver({
      syncs: async () => {
        if (isAway) throw new MeasuresUnavailable('CloudWatch did not answer GetMetricData (AccessDenied).');
        return CALM;
      },
    });
    const answer = await health('GET /health');
    expect(answer).toMatchObject({ statusCode: 200, headers: { 'cache-control': 'public, max-age=10' } });
    expect(bodyOf(answer)).toEqual({
      status: 'unknown',
      info: {},
      error: {},
      details: { userSync: { status: 'unknown', windowMinutes: 15, leastAttempts: 20 } },
    });
    expect(answer.body).not.toContain('CloudWatch');
    expect(log.lines).toMatchObject([
      { level: 'warn', message: 'metrics cannot be read', facts: { reason: textWith('AccessDenied') } },
    ]);
    isAway = false;
    await time.advance(9_999);
    await health('GET /health');
    expect(reads.syncs).toBe(1);
    await time.advance(1);
    expect(bodyOf(await health('GET /health'))['status']).toBe('ok');
  });

  it('is unknown in time where metrics never come', async () => {
    const { health, time } = healthOver({ syncs: () => new Promise(() => undefined) });
    const asked = health('GET /health');
    await time.advance(4_000);
    expect(bodyOf(await asked)['status']).toBe('unknown');
  });
});

describe('GET /health/user-sync', () => {
  it('answers what the last run has counted, and never with 503', async () => {
    const counts: UserCounts = { clerkUsers: 40, storedUsers: 20, asOf: START };
    const { health } = healthOver({ users: async () => counts });
    const answer = await health('GET /health/user-sync');
    expect(answer).toMatchObject({ statusCode: 200, headers: { 'cache-control': 'public, max-age=60' } });
    expect(bodyOf(answer)).toMatchObject({ status: 'warning', clerk_users: 40, db_users: 20, discrepancy: 20 });
  });

  it('is unknown before the first run', async () => {
    const { health } = healthOver({});
    expect(bodyOf(await health('GET /health/user-sync'))['status']).toBe('unknown');
  });
});

describe('polling', () => {
  it('costs one question a minute, however often and by however many', async () => {
    const { health, reads, time } = healthOver({ users: async () => ({ clerkUsers: 1, storedUsers: 1, asOf: START }) });
    for (let round = 0; round < 5; round += 1) {
      await Promise.all(Array.from({ length: 20 }, () => health('GET /health')));
      await Promise.all(Array.from({ length: 20 }, () => health('GET /health/user-sync')));
      await time.advance(11_999);
    }
    expect(reads).toEqual({ syncs: 1, users: 1 });
    await time.advance(5);
    await health('GET /health');
    expect(reads).toEqual({ syncs: 2, users: 1 });
  });

  it('does not wait for a question that was frozen with its container', async () => {
    let asked = 0;
    const { health, time } = healthOver({
      syncs: () => {
        asked += 1;
        return asked === 1 ? new Promise(() => undefined) : Promise.resolve(CALM);
      },
    });
    void health('GET /health');
    time.set(START + 3_600_000);
    expect(bodyOf(await health('GET /health'))['status']).toBe('ok');
  });

  it('asks anew when the clock was set back', async () => {
    const { health, reads, time } = healthOver({});
    await health('GET /health');
    time.set(START - 3_600_000);
    await health('GET /health');
    expect(reads.syncs).toBe(2);
  });
});

it('another route is nobody’s', async () => {
  const { health } = healthOver({});
  const answer = await health('GET /health/secrets');
  expect(answer.statusCode).toBe(404);
  expect(bodyOf(answer)).toMatchObject({ error: { code: 'route_not_found' } });
});
