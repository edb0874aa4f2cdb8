import { afterAll, beforeAll, expect, it } from 'vitest';
import { seededRandom } from '../../infra/local/clerk/random.ts';
import type { TestTables } from '../support/dynamodb/test-tables.ts';
import { startTestTables } from '../support/dynamodb/test-tables.ts';
import type { Death } from '../support/reconciler/deaths.ts';
import { reportDeaths, runWithDeaths } from '../support/reconciler/deaths.ts';
import type { MortalWorld } from '../support/reconciler/mortal-world.ts';
import { startMortalWorld } from '../support/reconciler/mortal-world.ts';

const KILLS = 20;
/** The local durable service gives an execution up that gets nowhere eight times in a row. */
const KILLS_A_RUN = 5;
const USERS = 400;

/** `KILL_SEED=17` kills at about the same moments again. */
const SEED = Number(process.env['KILL_SEED'] ?? Math.floor(Date.now() / 1_000) % 1_000_000);

let tables: TestTables;
beforeAll(async () => {
  tables = await startTestTables();
});
afterAll(() => tables?.close());

it.each([
  ['in small chunks', 'test/support/reconciler/in-small-chunks.ts'],
  ['as it is deployed', 'functions/reconciler/handler.ts'],
])(
  `The reconciler %s is killed at ${KILLS} random moments, goes on each time, repeats nothing and ends equal`,
  async (what, entry) => {
    const world = await startMortalWorld(tables, entry, USERS);
    expect(await world.run()).toMatchObject({ result: { status: 'repaired', created: USERS } });
    const deaths: Death[] = [];
    const random = seededRandom(SEED);
    // Later than that a run that was killed before is mostly over.
    const withinMs = (await timeOfRun(world)) * 0.6;

    while (deaths.length < KILLS) {
      const most = Math.min(KILLS_A_RUN, KILLS - deaths.length);
      const run = await runWithDeaths(world, { random, withinMs, most });
      deaths.push(...run.deaths);
      expect(run.outcome).toMatchObject(run.expected);
      expect(run.repeated).toEqual([]);
      expect(run.writes.made).toBe(run.writes.owed);
      expect((await world.compare()).mismatches).toEqual([]);
      expect(await world.wronglyDeleted()).toEqual([]);
    }
    reportDeaths(what, SEED, deaths);
    await world.close();
  },
);

/** Of a run that is left alone, ms. */
async function timeOfRun(world: MortalWorld): Promise<number> {
  const expected = await world.drift();
  const startedAt = performance.now();
  expect(await world.run()).toMatchObject({ result: expected });
  return performance.now() - startedAt;
}
