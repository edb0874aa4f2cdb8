import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../infra/local/clerk/random.ts';
import type { TestTables } from '../support/dynamodb/test-tables.ts';
import { startTestTables } from '../support/dynamodb/test-tables.ts';
import { reportDeaths, runWithDeaths } from '../support/reconciler/deaths.ts';
import type { MortalWorld } from '../support/reconciler/mortal-world.ts';
import { startMortalWorld } from '../support/reconciler/mortal-world.ts';

/** The reconciler in processes that are killed with `kill -9`; `npm run test:long` kills twenty. */
const SEED = 6;
const KILLS = 4;
const USERS = 200;

let tables: TestTables;
let world: MortalWorld;
beforeAll(async () => {
  tables = await startTestTables();
  world = await startMortalWorld(tables, 'test/support/reconciler/in-small-chunks.ts', USERS);
});
afterAll(async () => {
  await world?.close();
  await tables?.close();
});

describe('A full run whose process is killed', () => {
  it('at random moments goes on each time, repeats no finished chunk, counts exactly and ends equal', async () => {
    const startedAt = performance.now();
    expect(await world.run()).toMatchObject({ result: { status: 'repaired', created: USERS } });
    const withinMs = (performance.now() - startedAt) / 2;

    const run = await runWithDeaths(world, { random: seededRandom(SEED), withinMs, most: KILLS });

    reportDeaths('in small chunks', SEED, run.deaths);
    expect(run.deaths.length).toBeGreaterThan(0);
    expect(run.outcome).toMatchObject(run.expected);
    expect(run.repeated).toEqual([]);
    expect(run.writes.made).toBe(run.writes.owed);
    expect((await world.compare()).mismatches).toEqual([]);
  });

  it('whenever it asks Clerk for a page is given up, is no success, and the next run ends equal', async () => {
    const expected = await world.drift();
    const before = await world.runs();
    const successes = world.metrics.filter((name) => name === 'ReconcileDuration').length;
    world.proxy.before = async ({ kind }) => {
      if (kind === 'page') world.reconciler.kill();
    };
    expect(await world.run()).toMatchObject({ status: 'FAILED' });
    world.proxy.before = () => Promise.resolve();

    const [died] = [...(await world.runs())].filter(([id]) => !before.has(id));
    expect(died?.[1]).toBe('running');
    expect(world.metrics.filter((name) => name === 'ReconcileDuration')).toHaveLength(successes);
    expect(await world.run()).toMatchObject({ result: { status: 'repaired', ...expected } });
    expect((await world.compare()).mismatches).toEqual([]);
    expect(await world.wronglyDeleted()).toEqual([]);
  });
});
