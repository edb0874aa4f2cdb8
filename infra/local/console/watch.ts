import { TABLE } from '../../../shared/names/table.ts';
import { asList, asNumber, asRecord, asText } from '../cloud/json.ts';
import type { JsonRecord } from '../cloud/json.ts';
import type { Overview, StoryLine, Trouble, UserDetail, WebhookFaults } from './contract.ts';
import type { ConsolePlace } from './place.ts';
import type { SlowlySeen } from './slow-watch.ts';
import { SlowWatch } from './slow-watch.ts';
import { look } from './sources/call.ts';
import { clerkClock } from './sources/clerk-clock.ts';
import { ClerkUsers } from './sources/clerk-users.ts';
import type { ItemChange } from './sources/table-items.ts';
import { TableItems } from './sources/table-items.ts';
import { Troubles } from './troubles.ts';
import { BusStory } from './view/bus-story.ts';
import { DeliveryStory } from './view/delivery-story.ts';
import type { Told } from './view/log-story.ts';
import { storyOfLog } from './view/log-story.ts';
import { MirrorView } from './view/mirror.ts';
import { storyOfRows } from './view/row-story.ts';
import { runsOf } from './view/runs.ts';
import { Story } from './view/story.ts';

/** Lines that are looked at after the console was opened: older ones are in the log. */
const FIRST_LINES = 400;
const LISTED_EVENTS = 100;
const MOST_WATCHED = 20;
/** Reading a large table must leave the machine to what it is there for: so many times its own length. */
const REST_AFTER_SCAN = 9;
/** Longer than any look and its rest: nobody has looked in between. */
const PAUSE_MS = 30_000;
const USER = TABLE.userPrefix;

/** Looks at every part of what runs, and keeps what was seen: a part that does not answer leaves what it said last. */
export class Watch {
  readonly mirror = new MirrorView();
  readonly story = new Story();
  readonly #place: ConsolePlace;
  readonly #clerk: ClerkUsers;
  readonly #table: TableItems;
  readonly #deliveries = new DeliveryStory();
  readonly #bus = new BusStory();
  readonly #troubles = new Troubles();
  readonly #slow: SlowWatch;
  #stack = '';
  #schedules: readonly string[] = [];
  #webhooks: WebhookFaults = { drop: 0, delayMs: 0, waiting: 0 };
  #revision = 0;
  #lastLine = 0;
  /** The latest that somebody has asked for. */
  #watched: readonly string[] = [];
  /** When the whole table is to be read again. */
  #scanAt = 0;
  #lookedAt = 0;

  constructor(place: ConsolePlace) {
    this.#place = place;
    this.#clerk = new ClerkUsers(place.clerk);
    this.#table = new TableItems(place);
    this.#slow = new SlowWatch(place);
  }

  /** Looks at users, rows, log, webhooks and bus. @returns what has been told since the last look */
  async look(): Promise<readonly StoryLine[]> {
    this.#troubles.clear();
    const isLate = Date.now() - this.#lookedAt > PAUSE_MS;
    const told = await Promise.all([this.#lookAtLog(), this.#lookAtWebhooks(isLate), this.#lookAtBus(isLate)]);
    // What was told of first: the log says whose row was written.
    const seen = await this.#lookAtMirror(told[0], isLate);
    this.#lookedAt = Date.now();
    return this.story.add([...told.flat(), ...seen].map((line) => this.#named(line)));
  }

  /** One user, who is looked at with every look from now on. */
  user(id: string): UserDetail | undefined {
    this.#watched = [id, ...this.#watched.filter((other) => other !== id)].slice(0, MOST_WATCHED);
    return this.mirror.detail(id);
  }

  overview(): Overview {
    return {
      stack: this.#stack,
      tableName: this.#place.tableName,
      ...this.mirror.counts(),
      revision: this.#revision,
      webhooks: this.#webhooks,
      schedules: this.#schedules,
      runs: runsOf(this.#table.items),
      troubles: this.#allTroubles(),
    };
  }

  /** What costs more to look at, and changes less. */
  lookSlowly(): Promise<SlowlySeen> {
    return this.#slow.look();
  }

  close(): void {
    this.#table.close();
  }

  async #lookAtMirror(logged: readonly Told[], isLate: boolean): Promise<readonly Told[]> {
    const [users, changes] = await Promise.all([
      this.#troubles.unless(() => this.#clerk.refresh(), []),
      this.#troubles.unless(() => this.#lookAtTable(logged), []),
    ]);
    if (users.length === 0 && changes.length === 0) return [];
    this.#revision += 1;
    const rows = changes.flatMap(({ key }) => (key.startsWith(USER) ? [key.slice(USER.length)] : []));
    for (const id of new Set([...users, ...rows]))
      this.mirror.update(id, this.#clerk.users.get(id), this.#table.items.get(USER + id));
    return storyOfRows(changes, Date.now(), isLate);
  }

  /** All of it, if a look at all of it took so little that it is time again; else the rows that somebody looks at or writes. */
  async #lookAtTable(logged: readonly Told[]): Promise<readonly ItemChange[]> {
    const from = performance.now();
    if (from < this.#scanAt) {
      const written = logged.flatMap(({ userId }) => (userId === undefined ? [] : [userId]));
      return this.#table.refresh([...this.#watched, ...written].map((id) => USER + id));
    }
    const changes = await this.#table.refreshAll();
    const now = performance.now();
    this.#scanAt = now + (now - from) * REST_AFTER_SCAN;
    return changes;
  }

  async #lookAtLog(): Promise<Told[]> {
    const { api } = this.#place;
    const limit = this.#lastLine === 0 ? FIRST_LINES : 10_000;
    const lines = await this.#troubles.unless(async () => {
      if (this.#stack === '') this.#introduce(asRecord(await look('The API', `${api}/__local`)));
      return asList(await look('The API', `${api}/__local/logs?limit=${limit}&after=${this.#lastLine}`)).map(asRecord);
    }, []);
    this.#lastLine = asNumber(lines.at(-1)?.['sequence']) ?? this.#lastLine;
    return lines.flatMap((entry) => storyOfLog(logLineOf(entry)));
  }

  async #lookAtWebhooks(isLate: boolean): Promise<Told[]> {
    const { clerk } = this.#place;
    return this.#troubles.unless(async () => {
      const [faults, deliveries, clock] = await Promise.all([
        look('Clerk', `${clerk}/__local/faults`),
        look('Clerk', `${clerk}/__local/deliveries`),
        clerkClock(clerk),
      ]);
      const webhooks = asRecord(asRecord(faults)['webhooks']);
      const waiting = asList(deliveries).filter((delivery) => asRecord(delivery)['state'] === 'waiting').length;
      this.#webhooks = { drop: asNumber(webhooks['drop']) ?? 0, delayMs: asNumber(webhooks['delayMs']) ?? 0, waiting };
      const now = Date.now();
      return this.#deliveries.next(deliveries, now, { aheadMs: clock - now, isLate });
    }, []);
  }

  async #lookAtBus(isLate: boolean): Promise<Told[]> {
    const url = `${this.#place.api}/__local/events?limit=${LISTED_EVENTS}`;
    return this.#troubles.unless(async () => this.#bus.next(await look('The API', url), Date.now(), isLate), []);
  }

  /** Lines name users by their ids; people know them by name. */
  #named(line: Told): Told {
    const userName = line.userId === undefined ? undefined : this.mirror.nameOf(line.userId);
    return userName === undefined ? line : { ...line, userName };
  }

  #introduce(index: JsonRecord): void {
    this.#stack = asText(index['stack']) ?? '';
    this.#schedules = asList(index['schedules']).map((schedule) => asText(asRecord(schedule)['name']) ?? '');
  }

  #allTroubles(): readonly Trouble[] {
    const now = this.#troubles.list;
    const isNamed = (name: string): boolean => now.some(({ part }) => part === name);
    // Where the API does not answer at all, that says it of each part of it.
    const slow = isNamed('The API') ? [] : this.#slow.troubles.list;
    return [...now, ...slow.filter(({ part }) => !isNamed(part))];
  }
}

function logLineOf(entry: JsonRecord): { at: number; functionName: string; line: string } {
  return {
    at: asNumber(entry['at']) ?? 0,
    functionName: asText(entry['functionName']) ?? '',
    line: asText(entry['line']) ?? '',
  };
}
