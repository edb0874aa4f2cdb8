/**
 * `npm run bench`: what a request costs with this authorizer, side by side with naive and typical ones.
 * Exits 0 when it ran, whatever came of it: each row says whether it meets its target. `-- --json` prints the report as one
 * document.
 */
import { MEASUREMENTS, MILLION_USERS } from '../test/bench/measurements/index.ts';
import { benchOptions, OptionInvalid } from '../test/bench/options.ts';
import type { BenchOptions } from '../test/bench/options.ts';
import { createProgress } from '../test/bench/progress.ts';
import { describeReport, reportOf } from '../test/bench/report.ts';
import { runMeasurements } from '../test/bench/run.ts';
import type { Row } from '../test/bench/run.ts';
import { createWorld } from '../test/bench/world.ts';
import type { World } from '../test/bench/world.ts';
import { readArguments } from './support/arguments.ts';
import { onInterrupt } from './support/interrupt.ts';

const USAGE = 'npm run bench -- [--json] [--rounds N] [--only PATTERN] [--million]';

const {
  json = false,
  million = false,
  ...given
} = readArguments(
  { json: { type: 'boolean' }, million: { type: 'boolean' }, rounds: { type: 'string' }, only: { type: 'string' } },
  USAGE,
);
const options = usable();
const startedAt = new Date();
let world: World | undefined;
let interrupted = false;
onInterrupt(async () => {
  interrupted = true;
  console.error('\nStopped. Nothing was kept.');
  await world?.close();
});

try {
  const report = reportOf(await measure(), { startedAt, rounds: options.rounds });
  (json ? console.error : console.log)(`\n${describeReport(report)}`);
  if (json) console.log(JSON.stringify(report, null, 2));
} catch (error) {
  // What is taken away under a measurement makes it fail: the signal has the last word then.
  if (!interrupted) {
    console.error(`\nThe bench failed: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
} finally {
  await world?.close();
}

/** On an option that cannot be used: says what to give instead, and ends with exit code 2. */
function usable(): BenchOptions {
  try {
    return benchOptions(given, million ? [...MEASUREMENTS, ...MILLION_USERS] : MEASUREMENTS);
  } catch (error) {
    if (!(error instanceof OptionInvalid)) throw error;
    console.error(`${error.message}\n\nUsage: ${USAGE}`);
    process.exit(2);
  }
}

async function measure(): Promise<readonly Row[]> {
  const { measurements, rounds } = options;
  console.error('Starting a DynamoDB engine, a metric service and the bundles …');
  const progress = createProgress({ measurements, rounds, now: () => performance.now(), say: console.error });
  world = await createWorld();
  return runMeasurements(world, measurements, { rounds, onRound: progress.round });
}
