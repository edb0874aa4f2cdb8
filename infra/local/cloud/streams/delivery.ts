import type { InvocationResult } from '../../invocation.ts';
import { LambdaRefusal } from '../lambda/errors.ts';
import type { Pace } from '../pace.ts';
import type { StreamRecord } from './record.ts';
import { outcomeOf } from './response.ts';
import { afterAttempt, withoutExpired } from './retry.ts';
import type { Batch, Decision, GivenUpBatch, Outcome, RetryPolicy } from './retry.ts';

export interface DeliveryOptions {
  readonly policy: RetryPolicy;
  /** Whether the function's answer says which records it has failed at. */
  readonly reportsItems: boolean;
  /** Throws when Lambda refuses to run the function, and when all is to end. */
  readonly invoke: (payload: unknown) => Promise<InvocationResult>;
  /** Told of every batch that is handed over. */
  readonly onHanded: (records: readonly StreamRecord[]) => void;
  /** Told of every invocation that failed or was refused. */
  readonly onFailure: (records: readonly StreamRecord[], why: string) => void;
  readonly onGivenUp: (givenUp: GivenUpBatch) => void;
  readonly pace: Pace;
  /** In ms since 1970, on the local clock. */
  readonly now: () => number;
}

/** Of what one invocation may be handed, in bytes; the rest of Lambda's 6 MB is for what holds the records together. */
const LARGEST_BATCH = 6 * 1024 * 1024 - 64 * 1024;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 10_000;

/** Hands records to a function, in order, until it has taken them or they are given up. Nothing overtakes them. */
export class Delivery {
  readonly #options: DeliveryOptions;

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  /** @param onDone Told each time that all records up to a sequence number are done with. */
  async deliver(records: readonly StreamRecord[], onDone: (upTo: string) => void): Promise<void> {
    const pending = batchesOf(records);
    let repeats = 0;
    for (let batch = pending.shift(); batch !== undefined; batch = pending.shift()) {
      const decision = await this.#try(batch);
      if (decision.givenUp !== undefined) this.#options.onGivenUp(decision.givenUp);
      const done = lastDone(batch, decision);
      if (done !== undefined) onDone(done.sequenceNumber);
      pending.unshift(...decision.pending);
      const isSame = decision.pending[0]?.records.length === batch.records.length;
      repeats = isSame ? repeats + 1 : 0;
      if (isSame) await this.#options.pace.sleep(Math.min(FIRST_PAUSE_MS * 2 ** (repeats - 1), LONGEST_PAUSE_MS));
    }
  }

  async #try(batch: Batch): Promise<Decision> {
    const { policy, now } = this.#options;
    const expired = withoutExpired(batch, policy, now());
    return expired ?? afterAttempt(batch, await this.#invoke(batch.records), policy);
  }

  async #invoke(records: readonly StreamRecord[]): Promise<Outcome> {
    const { invoke, reportsItems, onHanded, onFailure } = this.#options;
    onHanded(records);
    try {
      const result = await invoke({ Records: records.map(({ event }) => event) });
      const outcome = outcomeOf(result, records, reportsItems);
      if (outcome.kind === 'failed') onFailure(records, result.ok ? 'it says so.' : result.error.errorMessage);
      return outcome;
    } catch (error) {
      if (!(error instanceof LambdaRefusal)) throw error;
      onFailure(records, error.message);
      return { kind: 'refused' };
    }
  }
}

/** The last record of a batch that is done with: what is still pending is its end. */
function lastDone({ records }: Batch, { pending }: Decision): StreamRecord | undefined {
  const left = pending.reduce((sum, batch) => sum + batch.records.length, 0);
  return left < records.length ? records[records.length - left - 1] : undefined;
}

/** Divides what is more than one invocation takes. */
function batchesOf(records: readonly StreamRecord[]): Batch[] {
  const batches: StreamRecord[][] = [];
  let size = Infinity;
  for (const record of records) {
    if (size + record.size > LARGEST_BATCH) {
      batches.push([]);
      size = 0;
    }
    batches.at(-1)?.push(record);
    size += record.size;
  }
  return batches.map((batch) => ({ records: batch, failures: 0 }));
}
