import type { DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { takeChanges } from '../../../functions/changes/take-changes.ts';
import type { Name } from '../../../shared/domain/names.ts';
import { nameKey } from '../../../shared/domain/names.ts';
import type { StoredUser } from '../../../shared/domain/user.ts';
import { TABLE } from '../../../shared/names/table.ts';
import type { Image } from '../../support/dynamodb/user-image.ts';
import { userImage, userRecord } from '../../support/dynamodb/user-image.ts';
import { drawsOf } from '../draws.ts';
import { busPort } from '../ports/bus-port.ts';
import type { Stage } from './stage.ts';
import { partyOf, requestPartsOf, skewOf } from './stage.ts';

/** An event source mapping of the function: what it is given, and for how long. */
interface Mapping {
  readonly name: string;
  /** As many records are handed over at once, so many times at most. */
  readonly batch: number;
  readonly mostAttempts: number;
}

/** Clerk may be away for long: then a run resolves the rest. */
export const NAMES: Mapping = { name: 'changes', batch: 5, mostAttempts: 5 };

/** No storm lasts as long as the six hours after which an event is given up. */
export const USERS: Mapping = { name: 'events', batch: 8, mostAttempts: 400 };

const LONGEST_PAUSE_MS = 60_000;

type Change = Omit<DynamoDBRecord, 'dynamodb'> & { readonly number: number; readonly dynamodb: object };

/** The table's stream and the function behind it: in order, at least once, and given up after a while. */
export class ChangeStream {
  readonly #stage: Stage;
  readonly #mapping: Mapping;
  readonly #waiting: Change[] = [];
  #deps;
  #changes = 0;
  #invocations = 0;
  #isBusy = false;

  constructor(stage: Stage, mapping: Mapping) {
    this.#stage = stage;
    this.#mapping = mapping;
    this.#deps = depsOf(stage);
  }

  /** The reservation of a name has changed: new and old images are not looked at. */
  nameChanged(name: Name): void {
    this.#put({ eventName: 'MODIFY', dynamodb: { Keys: { [TABLE.partitionKey]: { S: nameKey(name) } } } });
  }

  /** A user's item has changed, by whomever. */
  userChanged(before: StoredUser | undefined, after: StoredUser): void {
    const { eventName, dynamodb = {} } = userRecord('', before && imageOf(before), imageOf(after));
    this.#put({ ...(eventName && { eventName }), dynamodb });
  }

  #put(record: Omit<Change, 'number'>): void {
    this.#changes += 1;
    this.#waiting.push({ ...record, number: this.#changes });
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
    const { batch: size, mostAttempts } = this.#mapping;
    this.#invocations += 1;
    const batch = this.#waiting.slice(0, size);
    const name = `${this.#mapping.name}-${this.#invocations}`;
    const party = partyOf(name, skewOf(seed, 'changes'), drawsOf(seed, name));
    const answer = await scheduler
      .invoke(party, () => takeChanges(eventOf(batch), this.#deps))
      .catch(() => 'failed' as const);
    if (answer === 'died') this.#deps = depsOf(this.#stage);
    const first = typeof answer === 'string' ? batch[0]?.number : numberOf(answer.batchItemFailures[0]?.itemIdentifier);
    const done = first === undefined ? batch.length : batch.findIndex(({ number }) => number === first);
    this.#waiting.splice(0, Math.max(0, done));
    tell(name, first === undefined ? `settled ${batch.length} changes` : `did not settle change ${first}`);
    count(`${this.#mapping.name} ${first === undefined ? 'settled' : 'sent again'}`);
    if (first !== undefined && attempts + 1 >= mostAttempts) {
      count(`${this.#mapping.name} given up`);
      this.#waiting.shift();
    }
    this.#isBusy = false;
    const isRetry = first !== undefined && attempts + 1 < mostAttempts;
    const isOn = isRetry && done <= 0;
    this.#wake(isOn ? attempts + 1 : 0, isRetry ? Math.min(1_000 * 2 ** attempts, LONGEST_PAUSE_MS) : 0);
  }
}

const images = new WeakMap<StoredUser, Image>();

/** What a change leaves is what the next one finds. */
function imageOf(user: StoredUser): Image {
  const image = images.get(user) ?? userImage(user);
  images.set(user, image);
  return image;
}

function depsOf(stage: Stage) {
  const bus = busPort(stage);
  return { ...requestPartsOf(stage, 'changes'), publisher: stage.seams.publisher?.(bus) ?? bus };
}

function numberOf(identifier: string | undefined): number | undefined {
  return identifier === undefined ? undefined : Number(identifier);
}

function eventOf(changes: readonly Change[]): DynamoDBStreamEvent {
  return {
    Records: changes.map(({ number, dynamodb, ...record }) => ({
      ...record,
      eventID: `event-${number}`,
      eventSource: 'aws:dynamodb',
      dynamodb: { ...dynamodb, SequenceNumber: String(number).padStart(21, '0'), StreamViewType: 'NEW_AND_OLD_IMAGES' },
    })),
  };
}
