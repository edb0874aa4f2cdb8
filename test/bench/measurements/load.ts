import { exactly } from '../measurement.ts';
import type { Contestant, Measurement, RowDefinition, Sample, Samples } from '../measurement.ts';
import type { LoadPath } from '../load/paths.ts';
import { loadPaths } from '../load/paths.ts';
import { sendFor } from '../load/send.ts';
import { startCloud } from '../process/start-cloud.ts';
import type { CloudProcess } from '../process/start-cloud.ts';

const CONCURRENCIES = [1, 2, 4, 8, 16, 32, 64, 128] as const;
const STEP_MS = 1_500;
const PATHS: readonly LoadPath['name'][] = ['authorizer', 'users.me', 'webhook'];
/** Requests under way while it is looked where the time goes: more than the processes of a function. */
const PROFILED_AT = 32;
const PROFILED_MS = 2_000;
/** In milliseconds of a processor for each request. */
const PROCESSES = ['cloud', 'functions', 'engine', 'sender'] as const;

/**
 * The local cloud under rising load, until more requests under way mean no more answers. It says what a laptop takes, and what
 * of it is the local cloud's own work, which AWS does elsewhere.
 */
export const load: Measurement = {
  name: 'load',
  seconds: { start: 15, round: (PATHS.length * (CONCURRENCIES.length + 2) * STEP_MS) / 1_000 },
  rounds: () => 1,
  async start(world) {
    const cloud = await startCloud((close) => world.host.endingWithSubjects(close));
    const paths = await loadPaths(cloud.file);
    return paths.map((path): Contestant => ({ name: path.name, sample: () => sampleOf(cloud, path) }));
  },
  rows: (samples) => PATHS.flatMap((path) => rowsOf(samples, path)),
};

async function sampleOf(cloud: CloudProcess, { next }: LoadPath): Promise<Sample> {
  // Ten processes are started, and the compiler has seen what is to come.
  await sendFor(STEP_MS, PROFILED_AT, next);
  const sample: Record<string, number> = { failed: 0 };
  for (const concurrency of CONCURRENCIES) {
    const { requests, failed, seconds, p50, p99 } = await sendFor(STEP_MS, concurrency, next);
    sample['failed'] = (sample['failed'] ?? 0) + failed;
    Object.assign(sample, {
      [`${concurrency}`]: requests / seconds,
      [`p50 ${concurrency}`]: p50,
      [`p99 ${concurrency}`]: p99,
    });
  }
  return { ...sample, ...(await whereTimeGoes(cloud, next)) };
}

/** By process, and of the cloud's own process by its parts: for each request, ms. */
async function whereTimeGoes(cloud: CloudProcess, next: LoadPath['next']): Promise<Sample> {
  let requests = 0;
  const before = timesOf(cloud);
  const parts = await cloud.profile(async () => {
    requests = (await sendFor(PROFILED_MS, PROFILED_AT, next)).requests;
  });
  const after = timesOf(cloud);
  const processes = PROCESSES.map((name) => [`process ${name}`, (after[name] - before[name]) / requests]);
  const own = Object.entries(parts).map(([part, ms]) => [`part ${part}`, ms / requests]);
  return Object.fromEntries([...processes, ...own]) as Sample;
}

function timesOf(cloud: CloudProcess): Readonly<Record<(typeof PROCESSES)[number], number>> {
  const { user, system } = process.cpuUsage();
  const unknown = { cloud: Number.NaN, functions: Number.NaN, engine: Number.NaN };
  return { ...unknown, ...cloud.processorTime(), sender: (user + system) / 1_000 };
}

function rowsOf(samples: Samples, path: LoadPath['name']): readonly RowDefinition[] {
  const one = (quantity: string): number => samples.of(path, quantity)[0] ?? Number.NaN;
  const steps = CONCURRENCIES.map((concurrency): RowDefinition => {
    const [p50, p99] = ['p50', 'p99'].map((quantity) => one(`${quantity} ${concurrency}`).toFixed(1));
    const detail = `p50 ${p50} ms, p99 ${p99} ms`;
    return { suffix: `.${path}.${concurrency}`, unit: '/s', values: [one(String(concurrency))], detail };
  });
  const processes = PROCESSES.map((name): RowDefinition => {
    const values = [one(`process ${name}`)];
    const isCloud = name === 'cloud';
    return { suffix: `.${path}.cpu.${name}`, unit: 'ms', values, ...(isCloud && { detail: partsOf(samples, path) }) };
  });
  const failed: RowDefinition = {
    suffix: `.${path}.failed`,
    unit: 'calls',
    values: [one('failed')],
    target: exactly(0),
  };
  return [...steps, ...processes, failed];
}

/** A profile looks at the clock, also while others have the processor: shares can be relied on, sums not. */
function partsOf(samples: Samples, path: string): string {
  const parts = samples
    .quantitiesOf(path)
    .filter((quantity) => quantity.startsWith('part '))
    .map((quantity) => [quantity.slice('part '.length), samples.of(path, quantity)[0] ?? 0] as const);
  const all = parts.reduce((sum, [, ms]) => sum + ms, 0);
  const sorted = parts.toSorted(([, a], [, b]) => b - a);
  return sorted.map(([part, ms]) => `${part} ${((100 * ms) / all).toFixed(0)} %`).join(', ');
}
