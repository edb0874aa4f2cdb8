import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLocalClock } from '../../infra/local/clock.ts';
import type { LocalClock } from '../../infra/local/clock.ts';
import { nextCronTime } from '../../infra/local/cloud/schedules/calendar.ts';
import { parseCron } from '../../infra/local/cloud/schedules/cron.ts';
import { asRecord } from '../../infra/local/cloud/json.ts';
import { textMatching } from '../support/cloud/matchers.ts';
import { call, startOrchard } from '../support/cloud/orchard.ts';
import type { Orchard } from '../support/cloud/orchard.ts';

const HOUR = 3_600_000;

/** A clock that begins at noon: far from the schedules of the night, whenever the test is run. */
function noonClock(): LocalClock {
  return createLocalClock(36 * HOUR - (Date.now() % (24 * HOUR)));
}

function next(expression: string, zone: string, after: string): string | undefined {
  const time = nextCronTime(parseCron(expression), zone, Date.parse(after));
  return time === undefined ? undefined : new Date(time).toISOString();
}

describe('cron expressions', () => {
  it.each([
    ['0 2 * * ? *', 'UTC', '2026-11-21T01:59:59Z', '2026-11-21T02:00:00.000Z'],
    ['0 2 * * ? *', 'UTC', '2026-11-21T02:00:00Z', '2026-11-22T02:00:00.000Z'],
    ['0/15 * * * ? *', 'UTC', '2026-11-21T10:16:00Z', '2026-11-21T10:30:00.000Z'],
    ['30 * * * ? *', 'UTC', '2026-12-31T23:45:00Z', '2027-01-01T00:30:00.000Z'],
    ['0 0 L * ? *', 'UTC', '2028-02-10T00:00:00Z', '2028-02-29T00:00:00.000Z'],
    ['0 9 ? * MON-FRI *', 'UTC', '2026-11-21T00:00:00Z', '2026-11-23T09:00:00.000Z'],
    ['0 0 29 FEB ? *', 'UTC', '2026-01-01T00:00:00Z', '2028-02-29T00:00:00.000Z'],
    ['5,10-12 3 1 1,7 ? 2027', 'UTC', '2026-01-01T00:00:00Z', '2027-01-01T03:05:00.000Z'],
    ['0 2 * * ? *', 'Europe/Berlin', '2026-07-01T12:00:00Z', '2026-07-02T00:00:00.000Z'],
    ['0 2 * * ? *', 'Europe/Berlin', '2026-12-01T12:00:00Z', '2026-12-02T01:00:00.000Z'],
    ['0 23 * * ? *', 'America/New_York', '2026-11-21T03:30:00Z', '2026-11-21T04:00:00.000Z'],
    ['0 1 * * ? *', 'Pacific/Auckland', '2026-11-21T11:30:00Z', '2026-11-21T12:00:00.000Z'],
  ])('%s in %s after %s is due at %s', (expression, zone, after, expected) => {
    expect(next(expression, zone, after)).toBe(expected);
  });

  it('are never due in a year that is over', () => {
    expect(next('0 0 1 1 ? 2020', 'UTC', '2026-01-01T00:00:00Z')).toBeUndefined();
  });

  it.each(['0 2 * * ?', '60 2 * * ? *', '0 2 15W * ? *', '0 2 ? * 2#1 *', 'a b c d e f', '0 2 ? * MON-XYZ *'])(
    '%s is refused',
    (text) => {
      expect(() => parseCron(text)).toThrow(/cron/);
    },
  );
});

describe('schedules of a template', () => {
  let orchard: Orchard;
  let fire: (name: string) => ReturnType<typeof call>;

  beforeAll(async () => {
    orchard = await startOrchard({ clock: noonClock(), timeAccelerationForDurableWaits: 0.01 });
    fire = (name) => call(`${orchard.url}/__local/schedules/${name}`, { method: 'POST' });
  });
  afterAll(() => orchard.close());

  /** The rounds that the echo function was asked for, in order. */
  async function rounds(): Promise<string[]> {
    const { text } = await call(`${orchard.url}/__local/logs?function=${orchard.cloud.physicalId('Echo')}`);
    return text.match(/served \d+/g) ?? [];
  }

  it('are listed by name', async () => {
    const { text } = await call(`${orchard.url}/__local/schedules`);
    expect(JSON.parse(text)).toEqual(orchard.cloud.schedules);
    expect(orchard.cloud.schedules).toContainEqual({ name: 'nightly', expression: 'cron(0 2 * * ? *)' });
  });

  it('fire when asked, with their input filled in, and answer the result', async () => {
    const answer = await fire('nightly');
    expect(answer.status).toBe(200);
    expect(answer.body['event']).toEqual({
      round: 'nightly',
      at: textMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    });
    expect(asRecord(answer.body['context'])['functionVersion']).toBe('1');
  });

  it('fire when asked also while disabled, or with an expression that is not imitated', async () => {
    expect((await fire('resting')).status).toBe(200);
    expect((await fire('weekday')).status).toBe(200);
    expect(orchard.cloud.notImitated.join('\n')).toMatch(/Schedule weekday: not fired on time/);
  });

  it('answer the end of a durable execution', async () => {
    expect(await orchard.cloud.fireSchedule('lasting')).toEqual({ total: 20 });
  });

  it('answer 502 with the error when the target failed', async () => {
    const answer = await fire('failing');
    expect([answer.status, answer.body['error']]).toEqual([502, textMatching(/ORCHARD is not set/)]);
    await expect(orchard.cloud.fireSchedule('failing')).rejects.toThrow(/failing failed: cannot start/);
    expect((await fire('unqualified')).text).toContain('unqualified ARN');
  });

  it('answer 404 for an unknown one, naming those that exist', async () => {
    const answer = await fire('never');
    expect([answer.status, answer.body['error']]).toEqual([404, textMatching(/no schedule never.*hourly, nightly/)]);
  });

  it('fire on time when the clock moves: each that was due once, and none that is disabled', async () => {
    await expect.poll(rounds).not.toEqual([]);
    const before = (await rounds()).length;
    orchard.clock.advance(HOUR);
    await expect.poll(async () => (await rounds()).length - before, { timeout: 5000 }).toBeGreaterThanOrEqual(1);
    const hourly = (await rounds()).length;
    orchard.clock.advance(24 * HOUR);
    // The hourly one, once for all of the day, and the nightly one.
    await expect.poll(async () => (await rounds()).length - hourly, { timeout: 5000 }).toBe(2);
  });
});

describe('schedules that wait to be asked', () => {
  it('fire then, and not when the clock moves', async () => {
    const orchard = await startOrchard({ schedulesOnTime: false });
    const echo = orchard.cloud.physicalId('Echo');
    const served = async (): Promise<number> => {
      const { text } = await call(`${orchard.url}/__local/logs?function=${echo}`);
      return (text.match(/served \d+/g) ?? []).length;
    };
    try {
      orchard.clock.advance(25 * HOUR);
      await orchard.cloud.fireSchedule('nightly');
      await expect.poll(served).toBe(1);
    } finally {
      await orchard.close();
    }
  });
});
