import type { Delivery } from './delivery.ts';
import type { Pace } from '../pace.ts';
import type { Positions } from './positions.ts';
import { sequenceNumberOf } from './record.ts';
import type { ShardReader } from './shard-reader.ts';
import type { Shard, TableStream } from './table-stream.ts';

export interface EventSourceOptions {
  /** The mapping's logical id. */
  readonly name: string;
  readonly startsAt: 'TRIM_HORIZON' | 'LATEST';
  readonly stream: TableStream;
  readonly positions: Positions;
  readonly pace: Pace;
  readonly signal: AbortSignal;
  readonly reader: (shardId: string) => ShardReader;
  readonly delivery: (shardId: string) => Delivery;
  /** Told what keeps it from reading or from calling the function at all. */
  readonly onProblem: (line: string) => void;
}

const PAUSE_AFTER_PROBLEM_MS = 1000;
/** The most records that one look gives. */
const PAGE = 1000;

/** Reads the stream of one mapping, shard by shard, and hands what it reads to the mapping's function. */
export class EventSource {
  readonly #options: EventSourceOptions;
  readonly #begun = new Set<string>();
  readonly #finished = new Set<string>();

  constructor(options: EventSourceOptions) {
    this.#options = options;
  }

  /** Finds out where to begin. Whatever is written after this has resolved will be handed over. */
  async prepare(): Promise<void> {
    const { name, startsAt, stream, positions } = this.#options;
    if (positions.of(name)?.tableId === stream.tableId) return;
    const shards = startsAt === 'LATEST' ? await endsOf(stream) : new Map<string, string>();
    positions.set(name, { tableId: stream.tableId, shards });
  }

  /** Reads until the signal aborts. Never rejects. */
  async run(): Promise<void> {
    const { signal, stream } = this.#options;
    const underway = new Set<Promise<void>>();
    while (!signal.aborted) {
      const shards = (await this.#persistently(() => stream.shards())) ?? [];
      for (const shard of this.#next(shards)) {
        const reading = this.#readShard(shard.id).finally(() => underway.delete(reading));
        underway.add(reading);
      }
      // One that has ended leaves its place to others: they may not be there yet.
      if (underway.size > 0) await Promise.race(underway);
      else await this.#pause();
    }
    await Promise.all(underway);
  }

  /** The shards whose turn it is: a child's records come after all of its parent's. */
  #next(shards: readonly Shard[]): Shard[] {
    const isThere = new Set(shards.map(({ id }) => id));
    const next = shards.filter(({ id, parent }) => {
      const isLater = parent !== undefined && isThere.has(parent) && !this.#finished.has(parent);
      return !this.#begun.has(id) && !isLater;
    });
    for (const { id } of next) this.#begun.add(id);
    return next;
  }

  async #readShard(id: string): Promise<void> {
    const { name, positions, reader: readerOf, delivery: deliveryOf } = this.#options;
    const reader = readerOf(id);
    const delivery = deliveryOf(id);
    const moveTo = (sequenceNumber: string): void => positions.move(name, id, sequenceNumber);
    await this.#persistently(async () => {
      // After a problem, what was read but not handed over is read again.
      reader.goTo(positions.of(name)?.shards.get(id));
      for (let isEnd = false; !isEnd;) {
        const gathered = await reader.gather();
        await delivery.deliver(gathered.records, moveTo);
        if (gathered.upTo !== undefined) moveTo(gathered.upTo);
        ({ isEnd } = gathered);
      }
    });
    this.#finished.add(id);
  }

  /** Begins again until it works. @returns Undefined when all is to end. */
  async #persistently<T>(work: () => Promise<T>): Promise<T | undefined> {
    const { name, signal, onProblem } = this.#options;
    while (!signal.aborted) {
      try {
        return await work();
      } catch (error) {
        if (signal.aborted) return undefined;
        onProblem(`The stream of ${name} cannot be read on: ${String(error)}`);
        await this.#pause();
      }
    }
    return undefined;
  }

  async #pause(): Promise<void> {
    await this.#options.pace.sleep(PAUSE_AFTER_PROBLEM_MS).catch(() => undefined);
  }
}

/** @returns The last record of every shard that has any. */
async function endsOf(stream: TableStream): Promise<Map<string, string>> {
  const ends = new Map<string, string>();
  for (const { id } of await stream.shards()) {
    let iterator: string | undefined = await stream.iterator(id, undefined);
    while (iterator !== undefined) {
      const page = await stream.read(iterator, PAGE);
      const last = page.records.at(-1);
      if (last !== undefined) ends.set(id, sequenceNumberOf(last));
      iterator = page.records.length < PAGE ? undefined : page.next;
    }
  }
  return ends;
}
