import type { JsonRecord } from '../json.ts';
import type { Stack } from '../template/stack.ts';

/** An event as targets of rules are handed it. */
export interface BusEvent {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  /** ISO 8601, whole seconds. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: JsonRecord;
}

/** An event, and the bus that it was put on. */
export interface PublishedEvent extends BusEvent {
  readonly eventBusName: string;
}

/** What is to go wrong between publishers and buses. */
export interface BusFaults {
  /** Whether every call fails as a whole. */
  readonly down: boolean;
  /** Share of the entries that are refused as throttled, evenly spread. From 0 to 1. */
  readonly throttle: number;
}

export interface EventQuery {
  readonly detailType?: string | undefined;
  /** What fields of the detail must be, as text. */
  readonly detail: Readonly<Record<string, string>>;
  readonly limit: number;
}

const NO_FAULTS: BusFaults = { down: false, throttle: 0 };

/** Enough to look back at a run; older events are forgotten. */
const KEPT_EVENTS = 1_000;

/** Every account has it. */
const DEFAULT_BUS = 'default';

/** The event buses of a template: they keep the latest events, and tell whoever listens. */
export class EventBuses {
  readonly #names: ReadonlySet<string>;
  readonly #listeners: ((bus: string, event: BusEvent) => void)[] = [];
  #events: PublishedEvent[] = [];
  #faults = NO_FAULTS;
  #dueRefusals = 0;

  constructor(stack: Stack) {
    const names = stack.ofType('AWS::Events::EventBus').map(({ physicalId }) => physicalId);
    this.#names = new Set([DEFAULT_BUS, ...names]);
  }

  has(bus: string): boolean {
    return this.#names.has(bus);
  }

  publish(bus: string, event: BusEvent): void {
    this.#events.push({ ...event, eventBusName: bus });
    // Cut rarely: cutting moves the whole array.
    if (this.#events.length > KEPT_EVENTS * 1.1) this.#events = this.#events.slice(-KEPT_EVENTS);
    for (const listener of this.#listeners) listener(bus, event);
  }

  onEvent(listener: (bus: string, event: BusEvent) => void): void {
    this.#listeners.push(listener);
  }

  /** @returns the latest events, oldest first */
  latest({ detailType, detail, limit }: EventQuery): readonly PublishedEvent[] {
    const wanted = this.#events.filter((event) => {
      const isKind = detailType === undefined || event['detail-type'] === detailType;
      return isKind && Object.entries(detail).every(([name, text]) => String(event.detail[name]) === text);
    });
    return wanted.slice(-limit);
  }

  get faults(): BusFaults {
    return this.#faults;
  }

  set faults(faults: BusFaults) {
    this.#faults = faults;
    this.#dueRefusals = 0;
  }

  /** Whether the next entry is one of those that are to be refused. */
  refusesNext(): boolean {
    this.#dueRefusals += this.#faults.throttle;
    if (this.#dueRefusals < 1) return false;
    this.#dueRefusals -= 1;
    return true;
  }
}

/** @param nameOrArn as callers and rules name a bus; undefined: the default one */
export function busName(nameOrArn: string | undefined): string {
  return (nameOrArn ?? DEFAULT_BUS).replace(/^arn:[^/]*:event-bus\//, '');
}
