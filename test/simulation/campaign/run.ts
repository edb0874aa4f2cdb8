import { Worker } from 'node:worker_threads';
import type { Coverage } from './coverage.ts';
import { ENOUGH_HISTORIES, neverHappened } from './coverage.ts';
import type { Played } from './play-seed.ts';

export interface CampaignOptions {
  readonly seed: number;
  readonly histories: number;
  /** How many of them have been played already. */
  readonly from: number;
  readonly plant: string | undefined;
  readonly workers: number;
  /** Told now and then how far it is. */
  readonly progress: (state: Progress) => void;
}

export interface Progress {
  readonly played: number;
  readonly of: number;
  /** Seeds of the histories that broke a promise. */
  readonly violations: readonly number[];
  /** Since the beginning, s. */
  readonly seconds: number;
}

export interface Report {
  readonly ok: boolean;
  readonly histories: number;
  readonly events: number;
  readonly violations: readonly ReportedViolation[];
  readonly seconds: number;
  readonly coverage: Coverage;
  /** What should have happened and did not; empty for a campaign that is too small to tell. */
  readonly neverHappened: readonly string[];
}

interface ReportedViolation {
  readonly seed: number;
  readonly invariant: string;
  readonly detail: string;
  /** The command that plays it again. */
  readonly replay: string;
  readonly story: readonly string[];
}

export interface Campaign {
  readonly report: Promise<Report>;
  /** Ends it. @returns how many histories from the beginning are done, without a gap */
  readonly stop: () => Promise<number>;
}

/** A campaign ends early after so many violations: each is shrunk, and one is enough to look at. */
const MOST_VIOLATIONS = 3;

/** Plays histories on worker threads, each thread one at a time. */
export function startCampaign(options: CampaignOptions): Campaign {
  const { seed, histories, from, plant, workers, progress } = options;
  const startedAt = performance.now();
  const seconds = (): number => (performance.now() - startedAt) / 1_000;
  const played = new Map<number, Played>();
  const violations: ReportedViolation[] = [];
  const coverage: Record<string, number> = {};
  let events = 0;
  let next = from;
  const most = plant === undefined ? MOST_VIOLATIONS : 1;
  const add = (one: Played): void => {
    played.set(one.seed, one);
    events += one.events;
    for (const [what, times] of Object.entries(one.coverage)) coverage[what] = (coverage[what] ?? 0) + times;
    const { violation, story = [] } = one;
    if (violation) violations.push({ seed: one.seed, ...violation, replay: replayOf(one.seed, plant), story });
    progress({
      played: played.size,
      of: histories - from,
      violations: violations.map(({ seed }) => seed),
      seconds: seconds(),
    });
  };
  const threads = Array.from({ length: Math.max(1, Math.min(workers, histories - from)) }, () => startWorker(plant));
  const work = threads.map(async (thread) => {
    while (next < histories && violations.length < most) {
      next += 1;
      add(await thread.play(seed + next - 1));
    }
    await thread.end();
  });
  const finished = Promise.all(work).then((): Report => {
    const isEnough = plant === undefined && played.size >= ENOUGH_HISTORIES && violations.length === 0;
    const missing = isEnough ? neverHappened(coverage) : [];
    const ok = violations.length === 0 && missing.length === 0;
    const count = played.size;
    return { ok, histories: count, events, violations, seconds: seconds(), coverage, neverHappened: missing };
  });
  return {
    report: finished,
    stop: async () => {
      await Promise.all(threads.map((thread) => thread.end()));
      let done = from;
      while (played.has(seed + done)) done += 1;
      return done;
    },
  };
}

function replayOf(seed: number, plant: string | undefined): string {
  return `npm run simulate -- --replay ${seed}${plant === undefined ? '' : ` --plant ${plant}`}`;
}

interface Thread {
  readonly play: (seed: number) => Promise<Played>;
  readonly end: () => Promise<unknown>;
}

/** Room for what a history leaves behind, so that nothing of it has to be moved before it is thrown away. */
const resourceLimits = { maxYoungGenerationSizeMb: 96 };

function startWorker(plant: string | undefined): Thread {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: { plant }, resourceLimits });
  return {
    play: (seed) =>
      new Promise((resolve, reject) => {
        worker.once('message', (played: Played) => {
          worker.off('error', reject);
          resolve(played);
        });
        worker.once('error', reject);
        worker.postMessage(seed, []);
      }),
    end: () => worker.terminate(),
  };
}
