import { CHANGED, countRuns } from '../growth/runs.ts';
import { requestPaths, runPath } from '../growth/requests.ts';
import type { RequestPath } from '../growth/requests.ts';
import { lastingOurs } from '../lasting.ts';
import { atMost, exactly, ratio } from '../measurement.ts';
import type { Contestant, Measurement, RowDefinition, Sample, Samples, Target } from '../measurement.ts';
import { PRICES } from '../cost/prices.ts';
import type { CountedRun, LoadedReconciler } from '../reconcilers.ts';
import type { World } from '../world.ts';

/** Requests of one sample, before the first, and of a count. */
const REQUESTS = 30;
const WARM_UP = 600;
const COUNTED = 20;

interface Path {
  readonly name: string;
  readonly each: string;
  /** Of what it is charged at the largest size, divided by the smallest. */
  readonly target?: Target;
}

const PATHS: readonly Path[] = [
  { name: 'authorizer', each: 'a request', target: exactly(1) },
  { name: 'webhook', each: 'an event', target: exactly(1) },
  { name: 'users.me', each: 'a request', target: exactly(1) },
  { name: 'incremental', each: `a run, ${CHANGED} users having changed` },
  // The months since 1970 and the run's own record are shared by more.
  { name: 'full', each: 'a user of a run', target: atMost(1) },
];

/** What each path costs over tables of several sizes: CPU time of the function, and what the table charges. */
export function growth(name: string, sizes: readonly number[]): Measurement {
  return {
    name,
    // The largest table is there already.
    seconds: { start: 12 * sizes.length, round: 0.1 * sizes.length },
    rounds: (asked) => asked,
    async start(world) {
      const contestants: Contestant[] = [];
      for (const size of sizes) contestants.push(...(await startSize(world, size)));
      return contestants;
    },
    rows: (samples) => PATHS.flatMap((path) => rowsOf(samples, path, sizes)),
  };
}

async function startSize(world: World, size: number): Promise<readonly Contestant[]> {
  const reconciler = await lastingOurs(world, size);
  const { full, incremental } = await countRuns(reconciler);
  const runs = [
    constant(`full ${size}`, sampleOfRun(full, size)),
    constant(`incremental ${size}`, sampleOfRun(incremental, 1)),
  ];
  const requests: Contestant[] = [];
  for (const path of requestPaths(world, reconciler)) requests.push(await startRequests(world, path, reconciler));
  return [...runs, ...requests];
}

/** A run is counted once: at a hundred thousand users another would tell nothing new. */
function constant(name: string, sample: Sample): Contestant {
  return { name, sample: () => Promise.resolve(sample) };
}

function sampleOfRun({ cpu, readUnits, writeUnits }: CountedRun, parts: number): Sample {
  return { cpu: cpu / parts, readUnits: readUnits / parts, writeUnits: writeUnits / parts };
}

async function startRequests({ host }: World, path: RequestPath, { users }: LoadedReconciler): Promise<Contestant> {
  const counted = await host.startCounted(path.subject);
  await runPath(counted, path, COUNTED);
  const { readUnits, writeUnits } = await counted.end();
  const units = { readUnits: readUnits / COUNTED, writeUnits: writeUnits / COUNTED };
  const started = await host.start(path.subject);
  await runPath(started, path, WARM_UP);
  const sample = async (): Promise<Sample> => {
    const { job } = await runPath(started, path, REQUESTS);
    return { cpu: job.cpu / REQUESTS, ...units };
  };
  return { name: `${path.name} ${users}`, sample };
}

function rowsOf(samples: Samples, { name, each, target }: Path, sizes: readonly number[]): readonly RowDefinition[] {
  const of = (size: number, quantity: string): readonly number[] => samples.of(`${name} ${size}`, quantity);
  const once = (size: number, quantity: string): number => of(size, quantity)[0] ?? Number.NaN;
  const rows = sizes.map((size): RowDefinition => {
    const units = `${shown(once(size, 'readUnits'))} read and ${shown(once(size, 'writeUnits'))} write units`;
    return { suffix: `.${name}.${size}`, unit: 'ms', values: of(size, 'cpu'), detail: `${units} for ${each}` };
  });
  const [least = 0, most = 0] = [sizes[0], sizes.at(-1)];
  if (least === most) return rows;
  const charged = (size: number): number =>
    once(size, 'readUnits') * PRICES.readUnit + once(size, 'writeUnits') * PRICES.writeUnit;
  const detail = `at ${most} users against ${least}`;
  return [
    ...rows,
    { suffix: `.${name}.cpu`, unit: '×', values: ratio(of(most, 'cpu'), of(least, 'cpu')), detail },
    {
      suffix: `.${name}.units`,
      unit: '×',
      values: [charged(most) / charged(least)],
      ...(target && { target }),
      detail,
    },
  ];
}

function shown(units: number): string {
  return String(Number(units.toPrecision(3)));
}
