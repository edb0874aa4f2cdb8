import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../../../infra/local/clerk/random.ts';
import type { SeededRandom } from '../../../infra/local/clerk/random.ts';
import { containersOf, endContainer } from '../e2e/end-containers.ts';
import type { Container } from '../e2e/end-containers.ts';
import type { Answer } from '../../../scripts/demo/world.ts';
import type { ChaosCloud } from './chaos-cloud.ts';
import type { Tally } from './load.ts';
import type { Witness } from './witness.ts';

/** Pauses between two of a kind, ms: each is drawn between half and one and a half of it. */
export interface WeatherPace {
  readonly storms: number;
  readonly kills: number;
  readonly restarts: number;
  readonly runs: number;
}

export interface WeatherOptions {
  readonly cloud: ChaosCloud;
  readonly witness: Witness;
  readonly seed: number;
  readonly pace: WeatherPace;
  readonly until: AbortSignal;
  readonly tally: Tally;
  /** Whether a process may be killed; absent: any. */
  readonly mayKill?: (container: Container, all: readonly Container[]) => boolean;
}

const STORE: readonly (readonly [string, object])[] = [
  ['none', {}],
  ['throttled', { throttle: 0.4 }],
  ['connections reset', { reset: 0.4 }],
  ['slow', { slowMs: 150 }],
  ['slower than its callers wait', { slowMs: 900, reset: 0.1 }],
  ['down', { down: true }],
  ['everything', { throttle: 0.2, reset: 0.2, slowMs: 60 }],
];

const CLERK: readonly (readonly [string, object])[] = [
  ['none', {}],
  ['429', { rate429: 0.5 }],
  ['5xx', { rate5xx: 0.5 }],
  ['cut', { reset: 1 }],
  ['slow', { latencyMs: 900 }],
  ['everything', { rate429: 0.15, rate5xx: 0.15, reset: 0.2, latencyMs: 100 }],
];

const WEBHOOKS: readonly (readonly [string, object, number])[] = [
  ['none', {}, 0],
  ['lost and doubled', { drop: 0.15, duplicate: 0.4 }, 0],
  ['reordered', { reorder: 0.7 }, 0],
  ['late', { delayMs: 3_000, reorder: 0.3 }, 0],
  ['answers lost', {}, 0.4],
];

/** Makes bad weather until it is told to end; then the sky is clear. Runs that were started may still be at work. */
export async function makeWeather(options: WeatherOptions): Promise<void> {
  const bornAt = new Map<number, number>();
  await Promise.all([
    again(options, 1, options.pace.storms, (random) => storm(options, random)),
    again(options, 2, options.pace.kills, (random) => kill(options, random, bornAt)),
    again(options, 3, options.pace.restarts, () => restart(options)),
    again(options, 4, options.pace.runs, async (random) => void startRun(options, random)),
  ]);
  await clearSky(options);
}

async function again(
  { seed, until }: WeatherOptions,
  kind: number,
  pauseMs: number,
  work: (random: SeededRandom) => Promise<unknown>,
): Promise<void> {
  const random = seededRandom(seed * 31 + kind);
  while (!until.aborted) {
    await sleep(pauseMs * (0.5 + random.next()), undefined, { signal: until }).catch(() => undefined);
    if (!until.aborted) await work(random);
  }
}

async function storm({ cloud, witness, tally }: WeatherOptions, random: SeededRandom): Promise<void> {
  const [store, storeFaults] = oneOf(random, STORE);
  const [clerk, api] = oneOf(random, CLERK);
  const [svix, webhooks, lost] = oneOf(random, WEBHOOKS);
  for (const name of [`table: ${store}`, `Clerk: ${clerk}`, `webhooks: ${svix}`]) tally.note(name, 200);
  witness.loseAnswers(lost);
  await Promise.all([cloud.storeFaults(storeFaults), cloud.clerkFaults({ api, webhooks })]);
}

async function clearSky({ cloud, witness }: WeatherOptions): Promise<void> {
  witness.loseAnswers(0);
  await Promise.all([cloud.storeFaults({}), cloud.clerkFaults({})]);
}

/** How long a process lives at least, ms: one that is killed while it starts, again and again, has nobody served. */
const SHORTEST_LIFE_MS = 8_000;

/** `kill -9`, of one process. */
async function kill(options: WeatherOptions, random: SeededRandom, bornAt: Map<number, number>): Promise<void> {
  const { cloud, tally, mayKill = () => true } = options;
  const all = containersOf(cloud.stack.metrics);
  const now = performance.now();
  for (const { pid } of all) if (!bornAt.has(pid)) bornAt.set(pid, now);
  const grown = all.filter(({ pid }) => now - (bornAt.get(pid) ?? now) > SHORTEST_LIFE_MS);
  const victims = grown.filter((container) => mayKill(container, all));
  // The function first, then its process: the one reconciler is to die as often as one of ten authorizers.
  const names = [...new Set(victims.map(({ functionName }) => functionName))];
  const name = names[Math.floor(random.next() * names.length)];
  const victim = oneOfAny(
    random,
    victims.filter(({ functionName }) => functionName === name),
  );
  if (!victim) return;
  endContainer(victim);
  tally.note(`killed: ${shortName(victim.functionName)}`, 200);
}

async function restart({ cloud, tally }: WeatherOptions): Promise<void> {
  await cloud.restartEngine();
  tally.note('engine killed and restarted', 200);
}

/** Nobody waits for it: the next ones come while it is at work, and find the lease taken. */
async function startRun({ cloud, tally }: WeatherOptions, random: SeededRandom): Promise<void> {
  const isFull = random.chance(0.5);
  tally.note(isFull ? 'full run started' : 'incremental run started', 200);
  // One that waits for its lease for longer than a client waits, or for longer than the cloud is there, answers nothing.
  const { status, body } = await (isFull ? cloud.world.fireFullRun() : cloud.world.fireIncrementalRun()).catch(
    () => LOST,
  );
  tally.note(`run ended as ${status === 200 ? String(body['status']) : 'failed'}`, status);
}

const LOST: Answer = { status: 0, body: {} };

function oneOf<T>(random: SeededRandom, list: readonly T[]): T {
  const drawn = oneOfAny(random, list);
  if (drawn === undefined) throw new Error('There is nothing to draw from.');
  return drawn;
}

function oneOfAny<T>(random: SeededRandom, list: readonly T[]): T | undefined {
  return list[Math.floor(random.next() * list.length)];
}

/** What a function is called without the names of what it is in, and the hash behind it. */
export function shortName(functionName: string): string {
  return functionName.replace(/^.*SyncFunctions/, '').replace(/Fun.*$/, '');
}
