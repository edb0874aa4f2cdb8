import type { Pace } from '../pace.ts';
import { isChange, sequenceNumberOf, streamRecord } from './record.ts';
import type { RecordSource, StreamRecord } from './record.ts';
import type { Page, TableStream } from './table-stream.ts';

/** What there is to hand to a function. */
export interface Gathered {
  readonly records: readonly StreamRecord[];
  /** All up to this sequence number has been read, also what nobody wants. */
  readonly upTo: string | undefined;
  /** The shard is closed, and nothing will come after this. */
  readonly isEnd: boolean;
}

export interface ReaderOptions {
  readonly stream: Pick<TableStream, 'iterator' | 'read'>;
  readonly shardId: string;
  readonly source: RecordSource;
  /** The most records that are handed over together. */
  readonly batchSize: number;
  /** How long a batch that is not full waits for more, in ms. */
  readonly windowMs: number;
  readonly wants: (event: unknown) => boolean;
  readonly pace: Pace;
  readonly now: () => number;
}

/** How long an idle reader waits for the next look, in ms; a write that is known to us wakes it. */
const IDLE_MS = 200;
/** The most that one look gives. */
const PAGE = 1000;

/** Reads one shard, batch by batch. */
export class ShardReader {
  readonly #options: ReaderOptions;
  #iterator: string | undefined;
  #after: string | undefined;

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  /** Reads on after a record; undefined: from the oldest one. */
  goTo(after: string | undefined): void {
    this.#after = after;
    this.#iterator = undefined;
  }

  /** Resolves when a batch is full, has waited long enough, or when all that was read so far is wanted by nobody. */
  async gather(): Promise<Gathered> {
    const { pace, batchSize, windowMs, wants, source, now } = this.#options;
    const records: StreamRecord[] = [];
    const from = this.#after;
    for (let deadline = Infinity; ;) {
      const mark = pace.mark;
      const limit = Math.min(batchSize - records.length, PAGE);
      const page = await this.#read(limit);
      const changes = page.records.filter(isChange).map((raw) => streamRecord(raw, source));
      records.push(...changes.filter(({ event }) => wants(event)));
      if (records.length > 0 && deadline === Infinity) deadline = now() + windowMs;
      const isDue = records.length > 0 ? now() >= deadline : this.#after !== from;
      const isAll = page.records.length < limit;
      const isEnd = page.next === undefined;
      if (isEnd || records.length >= batchSize || (isAll && isDue)) return { records, upTo: this.#after, isEnd };
      if (isAll) await pace.wait(Math.min(IDLE_MS, deadline - now()), mark);
    }
  }

  async #read(limit: number): Promise<Page> {
    const { stream, shardId } = this.#options;
    this.#iterator ??= await stream.iterator(shardId, this.#after);
    const page = await stream.read(this.#iterator, limit);
    this.#iterator = page.next;
    const last = page.records.at(-1);
    if (last !== undefined) this.#after = sequenceNumberOf(last);
    return page;
  }
}
