import { atMost, CONTROL, exactly, oneWithin, ratio } from '../measurement.ts';
import type { Contestant, Measurement, RowDefinition, Sample, Samples } from '../measurement.ts';
import type { CountedRun, MeasuredRun, Reconciler } from '../reconcilers.ts';
import { lastingOurs } from '../lasting.ts';
import { refuseChanges, startNaive } from '../reconcilers.ts';
import { NAIVE, OURS, OURS_AGAIN } from '../subjects.ts';
import type { World } from '../world.ts';

/** How many users the tables have. */
export interface Sizes {
  readonly small: number;
  readonly large: number;
  readonly naive: number;
}

/** Dollars a million of what DynamoDB charges on demand (us-east-1): a write weighs five reads. */
const PRICES = { readUnit: 0.125, writeUnit: 0.625 };
/** What one unit reads from the index, which is eventually consistent, bytes. */
const READ_BY_A_UNIT = 8_192;
const MIB = 1_048_576;

/** What a run does within a minute or two: one chunk. Each further one asks Clerk once more whose instance the key is of. */
const USERS_OF_A_CHUNK = 100_000;
/** How much more memory a run may take than one over the small table: of one chunk, of many. */
const MORE_MEMORY = { one: 1.1, many: 1.2 };

const LARGE = 'ours, large';

/**
 * A full run that finds nothing changed, at two sizes, beside the naive loop over fewer users: each run in a process of its
 * own, from its event to its answer. What can be counted is counted in a run before the first round.
 */
export function unchangedRun(name: string, sizes: Sizes, roundsOf: (asked: number) => number): Measurement {
  return {
    name,
    seconds: { start: Math.ceil((sizes.small + sizes.large) / 1_400) + 20, round: Math.ceil(sizes.large / 6_000) + 14 },
    rounds: roundsOf,
    start: (world) => startAll(world, sizes),
    rows: (samples) => [...timeRows(samples, sizes), ...memoryRows(samples, sizes), ...countedRows(samples, sizes)],
  };
}

async function startAll(world: World, sizes: Sizes): Promise<readonly Contestant[]> {
  const small = await lastingOurs(world, sizes.small);
  const large = await lastingOurs(world, sizes.large);
  const naive = await startNaive(world, sizes.naive);
  const predicted = large.table.indexBytes / READ_BY_A_UNIT;
  return [
    await contestant(OURS.name, small),
    { name: OURS_AGAIN.name, sample: async () => sampleOf(small, await unchanged(small)) },
    await contestant(LARGE, large, { predictedReadUnits: predicted }),
    await contestant(NAIVE.name, naive),
  ];
}

/** Counts one run, and measures those that follow. */
async function contestant(name: string, reconciler: Reconciler, more: Sample = {}): Promise<Contestant> {
  // Through the proxy a run is not timed.
  const { answer, cpu: _cpu, wall: _wall, ...counts } = await reconciler.count();
  refuseChanges(answer, reconciler.users);
  const counted = { ...more, ...counts, dollars: dollarsOf(counts, reconciler) };
  return { name, sample: async () => ({ ...sampleOf(reconciler, await unchanged(reconciler)), ...counted }) };
}

async function unchanged(reconciler: Reconciler): Promise<MeasuredRun> {
  const run = await reconciler.measure();
  refuseChanges(run.answer, reconciler.users);
  return run;
}

/** For each user: µs. */
function sampleOf({ users }: Reconciler, { cpu, wall, peakMemory }: MeasuredRun): Sample {
  return { cpu: (cpu * 1_000) / users, wall: (wall * 1_000) / users, peakMemory };
}

/** For a million users. */
function dollarsOf(
  { readUnits, writeUnits }: Pick<CountedRun, 'readUnits' | 'writeUnits'>,
  { users }: Reconciler,
): number {
  return (readUnits * PRICES.readUnit + writeUnits * PRICES.writeUnit) / users;
}

function timeRows(samples: Samples, { small }: Sizes): readonly RowDefinition[] {
  const of = (contestant: string, quantity: string): readonly number[] => samples.of(contestant, quantity);
  const [ours, large, naive] = [of(OURS.name, 'cpu'), of(LARGE, 'cpu'), of(NAIVE.name, 'cpu')];
  return [
    { suffix: '.cpu', unit: 'µs', values: large },
    { suffix: `.cpu${CONTROL}`, unit: '×', values: ratio(ours, of(OURS_AGAIN.name, 'cpu')), target: oneWithin(0.1) },
    { suffix: `.cpu/${NAIVE.name}`, unit: '×', values: ratio(large, naive), target: atMost(0.25) },
    { suffix: `.cpu.${small}/${NAIVE.name}`, unit: '×', values: ratio(ours, naive), target: atMost(0.25) },
    { suffix: '.wall', unit: 'µs', values: of(LARGE, 'wall') },
    { suffix: `.wall/${NAIVE.name}`, unit: '×', values: ratio(of(LARGE, 'wall'), of(NAIVE.name, 'wall')) },
  ];
}

function memoryRows(samples: Samples, { small, large }: Sizes): readonly RowDefinition[] {
  const [ofFew, ofMany] = [samples.of(OURS.name, 'peakMemory'), samples.of(LARGE, 'peakMemory')];
  const values = ratio(ofMany, ofFew);
  const shown = (all: readonly number[]): string => all.map((bytes) => (bytes / MIB).toFixed(0)).join(', ');
  const detail = `MiB at ${large} users: ${shown(ofMany)}; at ${small}: ${shown(ofFew)}`;
  const most = large > USERS_OF_A_CHUNK ? MORE_MEMORY.many : MORE_MEMORY.one;
  return [{ suffix: '.memory', unit: '×', values, target: atMost(most), detail }];
}

function countedRows(samples: Samples, { large }: Sizes): readonly RowDefinition[] {
  const once = (contestant: string, quantity: string): number => samples.of(contestant, quantity)[0] ?? Number.NaN;
  const ours = (quantity: string): number => once(LARGE, quantity);
  const predicted = ours('predictedReadUnits');
  const ownWrites = ours('writeUnits') - ours('userWriteUnits');
  const mostCalls = large / 500 + 10 + Math.ceil(large / USERS_OF_A_CHUNK) - 1;
  return [
    {
      suffix: `.units/${NAIVE.name}`,
      unit: '×',
      values: [ours('dollars') / once(NAIVE.name, 'dollars')],
      target: atMost(0.05),
      detail: `$${ours('dollars').toFixed(4)} a million users, naive $${once(NAIVE.name, 'dollars').toFixed(4)}`,
    },
    { suffix: '.calls', unit: 'calls', values: [ours('clerkCalls')], target: atMost(mostCalls) },
    {
      suffix: '.writes',
      unit: 'units',
      values: [ours('userWriteUnits')],
      target: exactly(0),
      detail: `for users; the run's own record and its lease took ${ownWrites} units`,
    },
    {
      suffix: '.reads',
      unit: '×',
      values: [ours('readUnits') / predicted],
      detail: `${ours('readUnits')} units; the index's rows make ${predicted.toFixed(1)}`,
    },
  ];
}
