import type { InvocationResult } from '../../invocation.ts';
import type { LocalClock } from '../../clock.ts';
import type { Expiry } from '../dynamodb/expiry.ts';
import type { JsonRecord } from '../json.ts';
import type { Invoker } from '../lambda/invoker.ts';
import { Delivery } from './delivery.ts';
import { EventSource } from './event-source.ts';
import { givenUpMessage } from './given-up.ts';
import type { GivenUp } from './given-up.ts';
import type { LambdaMetrics } from '../lambda/metrics.ts';
import type { Queues } from '../queues.ts';
import type { Pace } from '../pace.ts';
import type { Position, Positions } from './positions.ts';
import type { StreamRecord } from './record.ts';
import type { GivenUpBatch } from './retry.ts';
import { ShardReader } from './shard-reader.ts';
import type { TableStream } from './table-stream.ts';
import type { DrivingMapping } from './targets.ts';

export interface DrivenStreamOptions {
  readonly mapping: DrivingMapping;
  readonly stream: TableStream;
  readonly positions: Positions;
  readonly pace: Pace;
  readonly signal: AbortSignal;
  readonly invoker: Pick<Invoker, 'invoke'>;
  readonly onProblem: (line: string) => void;
  readonly region: string;
  /** By it records grow old. */
  readonly clock: Pick<LocalClock, 'now' | 'at'>;
  readonly expiry: Pick<Expiry, 'hasDeleted'>;
  readonly lambdaMetrics: Pick<LambdaMetrics, 'handed'>;
  readonly queues: Pick<Queues, 'send'>;
}

/** What people are told of a mapping. */
export interface StreamDescription {
  /** The mapping's logical id. */
  readonly name: string;
  readonly table: string;
  readonly function: string;
  readonly isEnabled: boolean;
  /** The last sequence number that is done with, for each shard. */
  readonly doneUpTo: Record<string, string>;
  /** The latest batches that were given up, oldest first. */
  readonly givenUp: readonly GivenUp[];
}

const KEPT_GIVEN_UP = 100;

/** A mapping at work. */
export class DrivenStream {
  readonly #options: DrivenStreamOptions;
  readonly #source: EventSource;
  readonly #givenUp: GivenUp[] = [];

  constructor(options: DrivenStreamOptions) {
    const { mapping } = options;
    this.#options = options;
    this.#source = new EventSource({
      ...options,
      name: mapping.logicalId,
      startsAt: mapping.startsAt,
      reader: (shardId) => this.#reader(shardId),
      delivery: (shardId) => this.#delivery(shardId),
    });
  }

  /** Finds out where to begin: whatever is written after this has resolved will be handed over. */
  async prepare(): Promise<void> {
    if (this.#options.mapping.isEnabled) await this.#source.prepare();
  }

  /** Hands over until the signal aborts. Never rejects. */
  async run(): Promise<void> {
    if (this.#options.mapping.isEnabled) await this.#source.run();
  }

  get tableName(): string {
    return this.#options.mapping.tableName;
  }

  get position(): Position | undefined {
    return this.#options.positions.of(this.#options.mapping.logicalId);
  }

  describe(): StreamDescription {
    const { mapping } = this.#options;
    return {
      name: mapping.logicalId,
      table: mapping.tableName,
      function: mapping.target.definition.name,
      isEnabled: mapping.isEnabled,
      doneUpTo: Object.fromEntries(this.position?.shards ?? []),
      givenUp: this.#givenUp,
    };
  }

  #reader(shardId: string): ShardReader {
    const { mapping, region, expiry, clock } = this.#options;
    const hasExpired = (keys: JsonRecord): boolean => expiry.hasDeleted(mapping.tableName, keys);
    const source = { streamArn: mapping.streamArn, region, hasExpired, timeAt: clock.at };
    return new ShardReader({ ...this.#options, ...mapping, shardId, source, now: Date.now });
  }

  #delivery(shardId: string): Delivery {
    return new Delivery({
      ...this.#options,
      ...this.#options.mapping,
      invoke: (payload) => this.#invoke(payload),
      onHanded: (records) => this.#noteAge(records),
      onFailure: (records, why) => this.#noteFailure(records, why),
      onGivenUp: (batch) => this.#giveUp(batch, shardId),
      now: () => this.#options.clock.now(),
    });
  }

  /** Throws as soon as all is to end: whoever closes waits for no function. */
  #invoke(payload: unknown): Promise<InvocationResult> {
    const { invoker, mapping, signal } = this.#options;
    return unlessAborted(invoker.invoke(mapping.functionName, payload), signal);
  }

  #noteAge(records: readonly StreamRecord[]): void {
    const { mapping, lambdaMetrics, clock } = this.#options;
    const now = clock.now();
    lambdaMetrics.handed(mapping.target.definition.name, now - (records.at(-1)?.createdAt ?? now));
  }

  #noteFailure(records: readonly StreamRecord[], why: string): void {
    const { mapping, onProblem } = this.#options;
    onProblem(`${mapping.logicalId}: ${mapping.target.definition.name} did not take ${rangeOf(records)}: ${why}`);
  }

  #giveUp(batch: GivenUpBatch, shardId: string): void {
    const { mapping, queues, clock, onProblem } = this.#options;
    const { definition, version } = mapping.target;
    const message = givenUpMessage(batch, {
      functionArn: mapping.functionName.startsWith('arn:') ? mapping.functionName : definition.arn,
      functionVersion: version,
      streamArn: mapping.streamArn,
      shardId,
      now: clock.now(),
    });
    const destination = mapping.destination === undefined ? {} : { destination: mapping.destination };
    this.#givenUp.push({ at: clock.now(), ...destination, message });
    if (this.#givenUp.length > KEPT_GIVEN_UP) this.#givenUp.shift();
    queues.send(mapping.destination, { at: clock.now(), body: message });
    onProblem(`${mapping.logicalId}: ${rangeOf(batch.records)} given up: ${batch.reason}.`);
  }
}

function rangeOf(records: readonly StreamRecord[]): string {
  const [first, last] = [records.at(0)?.sequenceNumber, records.at(-1)?.sequenceNumber];
  return records.length === 1 ? `the record ${first}` : `the ${records.length} records from ${first} to ${last}`;
}

function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(new Error('The local cloud is closing.'));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
