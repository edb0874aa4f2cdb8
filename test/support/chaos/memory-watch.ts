import { setTimeout as sleep } from 'node:timers/promises';
import { containersOf } from '../e2e/end-containers.ts';
import type { ChaosCloud } from './chaos-cloud.ts';
import { holdingOf, residentBytes } from './memory.ts';
import { shortName } from './weather.ts';

interface Sample {
  /** ms since the watch began. */
  readonly at: number;
  /** After a collection, what is outside of the heap included; bytes. */
  readonly held: number;
  readonly resident: number;
}

/** How one process's memory went, over the part of its life that is judged. */
export interface Course {
  readonly process: string;
  readonly samples: number;
  readonly minutes: number;
  /** What it held when the judged part began, by a straight line through the samples, MB. */
  readonly heldMb: number;
  /** How much more it held at the end, by the same line, MB. */
  readonly grownMb: number;
  readonly residentMb: number;
  readonly residentGrownMb: number;
}

/** Looks at every process of ours again and again. */
export class MemoryWatch {
  readonly #cloud: ChaosCloud;
  readonly #startedAt = performance.now();
  readonly #samples = new Map<number, { readonly name: string; readonly samples: Sample[] }>();

  constructor(cloud: ChaosCloud) {
    this.#cloud = cloud;
  }

  /** The engine is not among them: it keeps its stream. */
  async run(everyMs: number, until: AbortSignal): Promise<void> {
    while (!until.aborted) {
      await this.#look({ pid: this.#cloud.pid, name: 'gateway and Clerk' });
      for (const { pid, functionName } of containersOf(this.#cloud.stack.metrics)) {
        if (!until.aborted) await this.#look({ pid, name: shortName(functionName) });
      }
      await sleep(everyMs, undefined, { signal: until }).catch(() => undefined);
    }
  }

  /** @param fromMs what came before is warming up @param leastMs shorter lives say nothing */
  courses(fromMs: number, leastMs: number): readonly Course[] {
    return [...this.#samples.values()].flatMap(({ name, samples }) => {
      const judged = samples.filter(({ at }) => at >= fromMs);
      const [first, last] = [judged[0], judged.at(-1)];
      if (!first || !last || judged.length < 4 || last.at - first.at < leastMs) return [];
      const held = lineThrough(judged.map(({ at, held: bytes }) => [at, bytes]));
      const resident = lineThrough(judged.map(({ at, resident: bytes }) => [at, bytes]));
      return [
        {
          process: name,
          samples: judged.length,
          minutes: (last.at - first.at) / 60_000,
          heldMb: inMb(held(first.at)),
          grownMb: inMb(held(last.at) - held(first.at)),
          residentMb: inMb(resident(first.at)),
          residentGrownMb: inMb(resident(last.at) - resident(first.at)),
        },
      ];
    });
  }

  async #look({ pid, name }: { readonly pid: number; readonly name: string }): Promise<void> {
    const holding = await holdingOf(pid);
    const resident = residentBytes(pid);
    if (holding === undefined || resident === undefined) return;
    const known = this.#samples.get(pid) ?? { name, samples: [] };
    known.samples.push({ at: performance.now() - this.#startedAt, held: holding.heap + holding.external, resident });
    this.#samples.set(pid, known);
  }
}

/** The straight line with the least squares of distances. */
export function lineThrough(points: readonly (readonly [x: number, y: number])[]): (x: number) => number {
  const mean = (of: (point: readonly [number, number]) => number): number =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [meanX, meanY] = [mean(([x]) => x), mean(([, y]) => y)];
  const spread = mean(([x]) => (x - meanX) ** 2);
  const slope = spread === 0 ? 0 : mean(([x, y]) => (x - meanX) * (y - meanY)) / spread;
  return (x) => meanY + slope * (x - meanX);
}

function inMb(bytes: number): number {
  return Math.round((bytes / 1024 / 1024) * 100) / 100;
}

/** Above this share of what was held a process counts as growing. */
const MOST_GROWTH = 0.1;

/** What a heap of a few MB comes and goes by. */
const NOISE_MB = 1;

export function isGrowing({ heldMb, grownMb }: Pick<Course, 'heldMb' | 'grownMb'>): boolean {
  return grownMb > Math.max(heldMb * MOST_GROWTH, NOISE_MB);
}
