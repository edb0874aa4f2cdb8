import { asList, asNumber, asRecord, asText } from '../cloud/json.ts';
import type { JsonRecord } from '../cloud/json.ts';
import type { AlarmView, Overview, Plots, StoryLine, Trouble, WebhookFaults } from './contract.ts';
import type { ConsolePlace } from './place.ts';
import { look, Unreachable } from './sources/call.ts';
import { ClerkUsers } from './sources/clerk-users.ts';
import { TableItems } from './sources/table-items.ts';
import { BusStory } from './view/bus-story.ts';
import { DeliveryStory } from './view/delivery-story.ts';
import type { Told } from './view/log-story.ts';
import { storyOfLog } from './view/log-story.ts';
import { MirrorView } from './view/mirror.ts';
import { plotsOf, PLOTTED_MS } from './view/plots.ts';
import { storyOfRows } from './view/row-story.ts';
import { runsOf } from './view/runs.ts';
import { Story } from './view/story.ts';

/** Lines that are looked at after the console was opened: older ones are in the log. */
const FIRST_LINES = 400;
const LISTED_EVENTS = 100;

/** Looks at every part of what runs, and keeps what was seen: a part that does not answer leaves what it said last. */
export class Watch {
  mirror = new MirrorView(new Map(), new Map());
  readonly story = new Story();
  readonly #place: ConsolePlace;
  readonly #clerk: ClerkUsers;
  readonly #table: TableItems;
  readonly #deliveries = new DeliveryStory();
  readonly #bus = new BusStory();
  readonly #troubles = new Map<string, string>();
  #stack = '';
  #schedules: readonly string[] = [];
  #webhooks: WebhookFaults = { drop: 0, delayMs: 0, waiting: 0 };
  #revision = 0;
  #lastLine = 0;
  #hasSeenTable = false;

  constructor(place: ConsolePlace) {
    this.#place = place;
    this.#clerk = new ClerkUsers(place.clerk);
    this.#table = new TableItems(place);
  }

  /** Looks at users, rows, log, webhooks and bus. @returns what has been told since the last look */
  async look(): Promise<readonly StoryLine[]> {
    this.#troubles.clear();
    const told = await Promise.all([
      this.#lookAtMirror(),
      this.#lookAtLog(),
      this.#lookAtWebhooks(),
      this.#lookAtBus(),
    ]);
    return this.story.add(told.flat().map((line) => this.#named(line)));
  }

  overview(): Overview {
    const troubles = [...this.#troubles].map(([part, problem]): Trouble => ({ part, problem }));
    return {
      stack: this.#stack,
      tableName: this.#place.tableName,
      ...this.mirror.counts(),
      revision: this.#revision,
      webhooks: this.#webhooks,
      schedules: this.#schedules,
      runs: runsOf(this.#table.items),
      troubles,
    };
  }

  async alarms(): Promise<readonly AlarmView[]> {
    const alarms = await look('Alarms', `${this.#place.api}/__local/alarms`);
    return asList(alarms).map(asRecord).map(alarmOf);
  }

  async plots(): Promise<Plots> {
    const clock = asRecord(await look('Clerk', `${this.#place.clerk}/__local/clock`));
    const now = asNumber(clock['now']) ?? Date.now();
    const points = await look('Metrics', `${this.#place.api}/__local/metrics?raw&since=${now - PLOTTED_MS}`);
    return plotsOf(points, now);
  }

  close(): void {
    this.#table.close();
  }

  async #lookAtMirror(): Promise<Told[]> {
    const [clerkChanged, changes] = await Promise.all([
      this.#unless(() => this.#clerk.refresh(), false),
      this.#unless(() => this.#table.refresh(), []),
    ]);
    if (!clerkChanged && changes.length === 0) return [];
    this.#revision += 1;
    this.mirror = new MirrorView(this.#clerk.users, this.#table.items);
    // What was there when the console was opened nobody has changed by hand before its eyes.
    const told = this.#hasSeenTable ? storyOfRows(changes, Date.now()) : [];
    this.#hasSeenTable = true;
    return told;
  }

  async #lookAtLog(): Promise<Told[]> {
    const { api } = this.#place;
    const limit = this.#lastLine === 0 ? FIRST_LINES : 10_000;
    const lines = await this.#unless(async () => {
      if (this.#stack === '') this.#introduce(asRecord(await look('The API', `${api}/__local`)));
      return asList(await look('The API', `${api}/__local/logs?limit=${limit}&after=${this.#lastLine}`)).map(asRecord);
    }, []);
    this.#lastLine = asNumber(lines.at(-1)?.['sequence']) ?? this.#lastLine;
    return lines.flatMap((entry) => storyOfLog(logLineOf(entry)));
  }

  async #lookAtWebhooks(): Promise<Told[]> {
    const { clerk } = this.#place;
    return this.#unless(async () => {
      const [faults, deliveries] = await Promise.all([
        look('Clerk', `${clerk}/__local/faults`),
        look('Clerk', `${clerk}/__local/deliveries`),
      ]);
      const webhooks = asRecord(asRecord(faults)['webhooks']);
      const waiting = asList(deliveries).filter((delivery) => asRecord(delivery)['state'] === 'waiting').length;
      this.#webhooks = { drop: asNumber(webhooks['drop']) ?? 0, delayMs: asNumber(webhooks['delayMs']) ?? 0, waiting };
      return this.#deliveries.next(deliveries, Date.now());
    }, []);
  }

  async #lookAtBus(): Promise<Told[]> {
    const url = `${this.#place.api}/__local/events?limit=${LISTED_EVENTS}`;
    return this.#unless(async () => this.#bus.next(await look('The API', url)), []);
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

  /** What a part says; where it does not answer, that is noted, and what is given instead is returned. */
  async #unless<T>(ask: () => Promise<T>, instead: T): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      this.#troubles.set(error.part, error.message);
      return instead;
    }
  }
}

function alarmOf(alarm: JsonRecord): AlarmView {
  return {
    name: asText(alarm['name']) ?? '',
    description: asText(alarm['description']) ?? '',
    state: asText(alarm['state']) ?? '',
    since: asNumber(alarm['since']) ?? 0,
  };
}

function logLineOf(entry: JsonRecord): { at: number; functionName: string; line: string } {
  return {
    at: asNumber(entry['at']) ?? 0,
    functionName: asText(entry['functionName']) ?? '',
    line: asText(entry['line']) ?? '',
  };
}
