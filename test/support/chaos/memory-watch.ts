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

/** How the memory of a kind of process went: of each look, the one that held most. */
export interface Course {
  readonly process: string;
  /** How many processes of the kind were seen. */
  readonly seen: number;
  readonly looks: number;
  /** The most that one held in the first part of the time that is judged, MB. */
  readonly heldMb: number;
  /** The most that one held in the last part, MB. */
  readonly heldAtEndMb: number;
  readonly residentMb: number;
  readonly residentAtEndMb: number;
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

  /**
   * Of each kind the fullest process in the first quarter after the warm-up, and in the last. The fullest, since of the ten
   * containers that a function has at most the last ones have hardly anything to do, and take long to be warm.
   */
  courses(warmMs: number): readonly Course[] {
    const all = [...this.#samples.values()];
    const endMs = Math.max(...all.flatMap(({ samples }) => samples.map(({ at }) => at)));
    const quarterMs = (endMs - warmMs) / 4;
    const byName = Map.groupBy(all, ({ name }) => name);
    return [...byName].flatMap(([process, processes]) => {
      const samples = processes.flatMap((each) => each.samples);
      const first = samples.filter(({ at }) => at >= warmMs && at <= warmMs + quarterMs);
      const last = samples.filter(({ at }) => at >= endMs - quarterMs);
      if (first.length === 0 || last.length === 0) return [];
      return [
        {
          process,
          seen: processes.length,
          looks: samples.length,
          heldMb: mostMb(first.map(({ held }) => held)),
          heldAtEndMb: mostMb(last.map(({ held }) => held)),
          residentMb: mostMb(first.map(({ resident }) => resident)),
          residentAtEndMb: mostMb(last.map(({ resident }) => resident)),
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

function mostMb(bytes: readonly number[]): number {
  return Math.round((Math.max(...bytes) / 1024 / 1024) * 10) / 10;
}

/** Above this share of what was held before a kind of process counts as growing. */
const MOST_GROWTH = 0.1;

export function isGrowing({ heldMb, heldAtEndMb }: Pick<Course, 'heldMb' | 'heldAtEndMb'>): boolean {
  return heldAtEndMb > heldMb * (1 + MOST_GROWTH);
}
