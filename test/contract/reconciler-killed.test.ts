import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
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
});
afterAll(() => tables?.close());
beforeEach(async () => {
  world = await startMortalWorld(tables, 'test/support/reconciler/in-small-chunks.ts', USERS);
});
afterEach(() => world?.close());

/** A dozen processes are started, on a machine that may be busy with other tests. */
const PATIENCE = { timeout: 120_000 };

describe('A full run whose process is killed', () => {
  it(
    'at random moments goes on each time, repeats no finished chunk, counts exactly and ends equal',
    PATIENCE,
    async () => {
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
    },
  );

  it(
    'whenever it asks Clerk for a page is given up, is no success, and the next run ends equal',
    PATIENCE,
    async () => {
      world.proxy.before = async ({ kind }) => {
        if (kind === 'page') world.reconciler.kill();
      };
      expect(await world.run()).toMatchObject({ status: 'FAILED' });
      world.proxy.before = () => Promise.resolve();

      expect([...(await world.runs()).values()]).toEqual(['running']);
      expect(world.metrics).not.toContain('ReconcileDuration');
      expect(await world.run()).toMatchObject({ result: { status: 'repaired', created: USERS } });
      expect((await world.compare()).mismatches).toEqual([]);
      expect(await world.wronglyDeleted()).toEqual([]);
    },
  );
});
