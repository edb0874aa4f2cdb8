import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { growth } from '../bench/measurements/growth.ts';
import { runMeasurements } from '../bench/run.ts';
import { createWorld } from '../bench/world.ts';
import type { World } from '../bench/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world?.close());

/** At sizes that take seconds to load; the real ones are those of `npm run bench`. */
describe('the growth of what each path costs', () => {
  it('is none for a request and for an event, and less than one for each user of a full run', async () => {
    const measurement = growth('growth', [50, 500]);
    const rows = await runMeasurements(world, [measurement], { rounds: 4, onRound: () => undefined });
    const row = (name: string) => rows.find((each) => each.name === `growth.${name}`);
    for (const path of ['authorizer', 'webhook', 'users.me'])
      expect(row(`${path}.units`)).toMatchObject({ value: 1, target: '1', ok: true });
    expect(row('authorizer.500')?.detail).toBe('0.5 read and 0 write units for a request');
    expect(row('users.me.500')?.detail).toBe('1 read and 0 write units for a request');
    expect(row('webhook.500')?.detail).toMatch(/2 write units for an event$/);
    expect(row('full.units')).toMatchObject({ ok: true });
    expect(row('incremental.500')?.detail).toMatch(/for a run, 10 users having changed$/);
  });
});
