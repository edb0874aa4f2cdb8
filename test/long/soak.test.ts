import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { seededRandom } from '../../infra/local/clerk/random.ts';
import type { ChaosCloud } from '../support/chaos/chaos-cloud.ts';
import { startChaosCloud } from '../support/chaos/chaos-cloud.ts';
import { fromEnvironment, sayProgress, tell } from '../support/chaos/figures.ts';
import { moveIn, runLoad, Tally } from '../support/chaos/load.ts';
import { isGrowing, MemoryWatch } from '../support/chaos/memory-watch.ts';
import type { Course } from '../support/chaos/memory-watch.ts';
import { People } from '../support/chaos/people.ts';
import { cleanRun, deliverEverything, outgrowGrace } from '../support/chaos/rest.ts';
import { itemsOf, lostAttributes, lostWebhooks, mismatchesOf } from '../support/chaos/verdict.ts';
import { makeWeather } from '../support/chaos/weather.ts';
import type { Witness } from '../support/chaos/witness.ts';
import { startWitness } from '../support/chaos/witness.ts';
import type { Container } from '../support/e2e/end-containers.ts';

const SEED = fromEnvironment('SOAK_SEED', Math.floor(Date.now() / 1_000) % 1_000_000);
const SECONDS = fromEnvironment('SOAK_SECONDS', 600);
/** Milder than the chaos: a process that is killed after seconds has no time to grow. */
const PACE = { storms: 10_000, kills: 30_000, restarts: 90_000, runs: 20_000 };
/** Enough for their first webhooks to fill the lists of what the local cloud keeps to be looked at. */
const USERS = 600;
/** From minute 3 of 10 on everything is warm: modules are loaded, caches are full. */
const WARM_AT = 0.3;
const LOOK_EVERY_MS = 10_000;
/** For what comes after: delivering what waits, and two runs, of which the first may have to wait for a lease. */
const REST_MS = 600_000;

let cloud: ChaosCloud;
let witness: Witness;
let watch: MemoryWatch;
// As many as there are from the start: more users are more to keep, and no leak.
const people = new People(USERS);
const tally = new Tally();

beforeAll(async () => {
  tell(`soak seed ${SEED} (repeat with SOAK_SEED=${SEED}), ${SECONDS} s`);
  cloud = await startChaosCloud({ assembly: inject('assembly'), webhookRetryScale: 0.005 });
  witness = await startWitness(`${cloud.stack.api}/webhooks/clerk`, seededRandom(SEED));
  await cloud.world.control('PUT', 'webhooks/endpoints', { urls: cloud.stack.webhookSecrets.map(() => witness.url) });
  watch = new MemoryWatch(cloud);
});
afterAll(async () => {
  await cloud?.close();
  await witness?.close();
});

describe(`${SECONDS} s of mixed load with faults`, () => {
  it(
    'lose nothing',
    async () => {
      await moveIn({ cloud, people, random: seededRandom(SEED) }, USERS);
      const until = AbortSignal.timeout(SECONDS * 1_000);
      const hush = sayProgress(30_000, () => `  ${tally.acts} acts and faults, ${people.all.length} users so far`);
      await Promise.all([
        runLoad({ cloud, people }, { seed: SEED, workers: 8, pauseMs: 80, until, tally }),
        makeWeather({ cloud, witness, seed: SEED, pace: PACE, until, tally, mayKill: sparingElders() }),
        watch.run(LOOK_EVERY_MS, until),
      ]);
      hush();
      await sleep(1_000);
      const items = await itemsOf(cloud);
      tell(...tally.lines(), `  webhooks answered ${JSON.stringify(Object.fromEntries(witness.answers))}`);
      expect([lostWebhooks(witness, items), lostAttributes(people, items)]).toEqual([[], []]);
      await deliverEverything(cloud);
      await outgrowGrace();
      expect(['in-sync', 'repaired']).toContain((await cleanRun(cloud)).status);
      expect(await mismatchesOf(cloud)).toEqual([]);
      expect(await cleanRun(cloud)).toMatchObject({ status: 'in-sync', created: 0, updated: 0, deleted: 0 });
    },
    SECONDS * 1_000 + REST_MS,
  );

  it('leave the memory of every process as it was when it was warm', () => {
    const courses = watch.courses(SECONDS * 1_000 * WARM_AT);
    tell(...courses.map(inWords));
    const judged = courses.map(({ process }) => process);
    const ours = [
      'gateway and Clerk',
      'Authorizer',
      'Webhook',
      'Users',
      'VerifyOnly',
      'Whoami',
      'Changes',
      'ReconcilerRun',
    ];
    expect(judged).toEqual(expect.arrayContaining(ours));
    expect(courses.filter(isGrowing)).toEqual([]);
  });
});

it('A process that grows would be seen', () => {
  expect(isGrowing({ heldMb: 60, heldAtEndMb: 66.1 })).toBe(true);
  expect(isGrowing({ heldMb: 60, heldAtEndMb: 65.9 })).toBe(false);
});

/** Once all are warm, the oldest process of each function lives on: one that has just begun says nothing of what grows. */
function sparingElders(): (container: Container, all: readonly Container[]) => boolean {
  const startedAt = performance.now();
  return ({ pid, functionName }, all) => {
    if (performance.now() - startedAt < SECONDS * 1_000 * (WARM_AT / 2)) return true;
    return all.some((other) => other.functionName === functionName && other.pid < pid);
  };
}

function inWords({ process, seen, looks, ...most }: Course): string {
  const { heldMb, heldAtEndMb, residentMb, residentAtEndMb } = most;
  const memory = `held ${heldMb} MB, at the end ${heldAtEndMb}; resident ${residentMb} MB, at the end ${residentAtEndMb}`;
  return `  ${process.padEnd(18)} ${seen} seen, ${looks} looks: ${memory}`;
}
