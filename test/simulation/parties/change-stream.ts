import type { DynamoDBStreamEvent } from 'aws-lambda';
import { takeChanges } from '../../../functions/changes/take-changes.ts';
import { createMemoryEventPublisher } from '../../../shared/adapters/memory/event-publisher.ts';
import type { Name } from '../../../shared/domain/names.ts';
import { nameKey } from '../../../shared/domain/names.ts';
import { TABLE } from '../../../shared/names/table.ts';
import { drawsOf } from '../draws.ts';
import type { Stage } from './stage.ts';
import { partyOf, requestPartsOf, skewOf } from './stage.ts';

interface Change {
  readonly number: number;
  readonly key: string;
}

/** As many records are handed over at once, so many times at most. */
const BATCH = 5;
const MOST_ATTEMPTS = 5;

/** The table's stream and the function behind it: in order, at least once, and given up after a while. */
export class ChangeStream {
  readonly #stage: Stage;
  readonly #waiting: Change[] = [];
  #deps;
  #changes = 0;
  #invocations = 0;
  #isBusy = false;

  constructor(stage: Stage) {
    this.#stage = stage;
    this.#deps = depsOf(stage);
  }

  /** The reservation of a name has changed. */
  changed(name: Name): void {
    this.#changes += 1;
    this.#waiting.push({ number: this.#changes, key: nameKey(name) });
    this.#wake(0, this.#stage.seed % 7);
  }

  #wake(attempts: number, pauseMs: number): void {
    if (this.#isBusy || this.#waiting.length === 0) return;
    this.#isBusy = true;
    const { scheduler } = this.#stage;
    scheduler.at(scheduler.now + 150 + pauseMs, () => void this.#hand(attempts));
  }

  async #hand(attempts: number): Promise<void> {
    const { seed, scheduler, tell, count } = this.#stage;
    this.#invocations += 1;
    const batch = this.#waiting.slice(0, BATCH);
    const name = `changes-${this.#invocations}`;
    const party = partyOf(name, skewOf(seed, 'changes'), drawsOf(seed, name));
    const answer = await scheduler
      .invoke(party, () => takeChanges(eventOf(batch), this.#deps))
      .catch(() => 'failed' as const);
    if (answer === 'died') this.#deps = depsOf(this.#stage);
    const first = typeof answer === 'string' ? batch[0]?.number : numberOf(answer.batchItemFailures[0]?.itemIdentifier);
    const done = first === undefined ? batch.length : batch.findIndex(({ number }) => number === first);
    this.#waiting.splice(0, Math.max(0, done));
    tell(name, first === undefined ? `settled ${batch.length} changes` : `did not settle change ${first}`);
    count(first === undefined ? 'changes settled' : 'changes sent again');
    if (first !== undefined && attempts + 1 >= MOST_ATTEMPTS) {
      count('changes given up');
      this.#waiting.shift();
    }
    this.#isBusy = false;
    const isRetry = first !== undefined && attempts + 1 < MOST_ATTEMPTS;
    this.#wake(isRetry ? attempts + 1 : 0, isRetry ? 1_000 * 2 ** attempts : 0);
  }
}

function depsOf(stage: Stage) {
  return { ...requestPartsOf(stage, 'changes'), publisher: createMemoryEventPublisher() };
}

function numberOf(identifier: string | undefined): number | undefined {
  return identifier === undefined ? undefined : Number(identifier);
}

/** Records as the stream has them: new and old images are not looked at. */
function eventOf(changes: readonly Change[]): DynamoDBStreamEvent {
  return {
    Records: changes.map(({ number, key }) => ({
      eventID: `event-${number}`,
      eventName: 'MODIFY',
      eventSource: 'aws:dynamodb',
      dynamodb: {
        Keys: { [TABLE.partitionKey]: { S: key } },
        SequenceNumber: String(number).padStart(21, '0'),
        StreamViewType: 'NEW_AND_OLD_IMAGES',
      },
    })),
  };
}
