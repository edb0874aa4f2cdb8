/**
 * `npm run simulate`: plays histories of the real functions over a simulated world, and says whether any promise was broken.
 * Exits 0 when none was and everything has happened that should, 1 when one was, 2 for an option that cannot be used.
 */
import { availableParallelism } from 'node:os';
import { OptionInvalid, simulateOptions } from '../test/simulation/campaign/options.ts';
import { playWhole } from '../test/simulation/campaign/play-seed.ts';
import type { Campaign, Progress, Report } from '../test/simulation/campaign/run.ts';
import { startCampaign } from '../test/simulation/campaign/run.ts';
import { PLANTS } from '../test/simulation/plants/index.ts';
import { readArguments } from './support/arguments.ts';
import { onInterrupt } from './support/interrupt.ts';

const USAGE =
  'npm run simulate -- [--histories N] [--seed S] [--from N] [--json] [--plant NAME] [--list-plants] [--replay SEED]';

const {
  json = false,
  'list-plants': listPlants = false,
  ...given
} = readArguments(
  {
    json: { type: 'boolean' },
    histories: { type: 'string' },
    seed: { type: 'string' },
    from: { type: 'string' },
    plant: { type: 'string' },
    'list-plants': { type: 'boolean' },
    replay: { type: 'string' },
  },
  USAGE,
);
const options = usable();
const PROGRESS_EVERY_S = 2;
let campaign: Campaign | undefined;
let toldAt = 0;

if (listPlants) listAll();
else if (options.replay !== undefined) await replay(options.replay);
else await simulate();

/** On an option that cannot be used: says what to give instead, and ends with exit code 2. */
function usable() {
  try {
    return simulateOptions(given);
  } catch (error) {
    if (!(error instanceof OptionInvalid)) throw error;
    console.error(`${error.message}\n\nUsage: ${USAGE}`);
    process.exit(2);
  }
}

function listAll(): void {
  const plants = PLANTS.map(({ name, fault, trap, breaks }) => ({ name, fault, trap, breaks }));
  if (json) console.log(JSON.stringify({ plants }, null, 2));
  else for (const { name, fault, trap } of plants) console.log(`${name}\n  ${fault}\n  ${trap}`);
}

async function replay(seed: number): Promise<void> {
  const { history } = await playWhole(seed, options.plant);
  console.log(history.story.join('\n'));
  const { violation } = history;
  console.error(violation ? `\nBroken: ${violation.invariant}. ${violation.detail}` : '\nNo promise was broken.');
  process.exitCode = violation ? 1 : 0;
}

async function simulate(): Promise<void> {
  const { seed, histories, plant } = options;
  campaign = startCampaign({ ...options, workers: availableParallelism(), progress: tell });
  onInterrupt(async () => {
    const done = await campaign?.stop();
    const planted = plant === undefined ? '' : ` --plant ${plant}`;
    console.error(
      `\nStopped after ${done} histories. Go on with:\n  npm run simulate -- --seed ${seed} --histories ${histories} --from ${done}${planted}`,
    );
  });
  const report = await campaign.report;
  describe(report);
  if (json) console.log(JSON.stringify(report, null, 2));
  process.exitCode = report.ok ? 0 : 1;
}

function tell({ played, of, violations, seconds }: Progress): void {
  if (seconds - toldAt < PROGRESS_EVERY_S && played < of) return;
  toldAt = seconds;
  const rate = played / seconds;
  const left = Math.round((of - played) / rate);
  console.error(`${played} of ${of} histories, ${rate.toFixed(1)}/s, ${broken(violations)}, ${left} s left`);
}

function broken(seeds: readonly number[]): string {
  return seeds.length === 0 ? '0 violations' : `${seeds.length} violations (seed ${seeds.join(', ')})`;
}

function describe({ ok, histories, events, violations, seconds, neverHappened }: Report): void {
  const say = json ? console.error : console.log;
  for (const { seed, invariant, detail, replay, story } of violations) {
    say(
      `\nSeed ${seed} breaks ${invariant}: ${detail}\n\nThe shortest history that does:\n${story.join('\n')}\n\n${replay}`,
    );
  }
  for (const what of neverHappened) say(`Never happened: ${what}`);
  say(
    `\n${histories} histories, ${events} events, ${violations.length} violations in ${seconds.toFixed(1)} s: ${ok ? 'every promise was kept' : 'NOT as it should be'}.`,
  );
}
