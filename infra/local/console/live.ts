import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pushed } from './contract.ts';
import type { Watch } from './watch.ts';

/** How often what runs is looked at while somebody looks at the page, ms. */
const LOOK_EVERY_MS = 400;
/** A busy machine gets some time for itself: so many times the length of a look. */
const REST = 1;
/** Plots and alarms are looked at with every fifth look: they cost more, and change less. */
const SLOWER = 5;
/** A connection over which nothing is sent is one that may be gone. */
const HEARTBEAT_MS = 10_000;

/** Bytes that a page may leave unread before it counts as gone: it can connect again. */
const MOST_UNREAD = 4 * 1024 * 1024;

type EventName = keyof Pushed;

/** Pushes what the watch sees to every page that is open (server-sent events). With no page open nothing is looked at. */
export class Live {
  readonly #watch: Watch;
  readonly #onProblem: (message: string) => void;
  readonly #pages = new Set<ServerResponse>();
  readonly #closing = new AbortController();
  /** What was pushed last, to be pushed only when it changes, and to whoever comes. */
  readonly #last = new Map<EventName, string>();
  #isLooking = false;
  #beatAt = 0;

  constructor(watch: Watch, onProblem: (message: string) => void) {
    this.#watch = watch;
    this.#onProblem = onProblem;
  }

  /** Sends everything to a page from now on, beginning with how things stand. */
  open(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' });
    response.write(frame('story', JSON.stringify(this.#watch.story.lines)));
    for (const [name, data] of this.#last) response.write(frame(name, data));
    this.#pages.add(response);
    response.on('close', () => this.#pages.delete(response));
    if (!this.#isLooking) void this.#look();
  }

  close(): void {
    this.#closing.abort();
    for (const page of this.#pages) page.end();
    // A look that is under way must not write to what has ended.
    this.#pages.clear();
  }

  async #look(): Promise<void> {
    this.#isLooking = true;
    for (let round = 0; this.#pages.size > 0 && !this.#closing.signal.aborted; round += 1) {
      const from = performance.now();
      await this.#lookOnce(round).catch((error: unknown) => this.#onProblem(`The console: ${String(error)}`));
      const took = performance.now() - from;
      await sleep(Math.max(LOOK_EVERY_MS, took * REST), undefined, { signal: this.#closing.signal }).catch(
        () => undefined,
      );
    }
    this.#isLooking = false;
  }

  async #lookOnce(round: number): Promise<void> {
    const told = await this.#watch.look();
    this.#push('overview', this.#watch.overview());
    if (told.length > 0) this.#send(frame('story', JSON.stringify(told)));
    if (round % SLOWER === 0) await this.#lookSlowly();
    if (Date.now() - this.#beatAt < HEARTBEAT_MS) return;
    this.#beatAt = Date.now();
    this.#send(': still here\n\n');
  }

  async #lookSlowly(): Promise<void> {
    const { alarms, plots } = await this.#watch.lookSlowly();
    if (alarms !== undefined) this.#push('alarms', alarms);
    if (plots !== undefined) this.#push('plots', plots);
  }

  #push<Name extends EventName>(name: Name, value: Pushed[Name]): void {
    const data = JSON.stringify(value);
    if (this.#last.get(name) === data) return;
    this.#last.set(name, data);
    this.#send(frame(name, data));
  }

  #send(text: string): void {
    for (const page of this.#pages) {
      if (page.writableLength > MOST_UNREAD) page.destroy();
      else page.write(text);
    }
  }
}

function frame(name: string, data: string): string {
  return `event: ${name}\ndata: ${data}\n\n`;
}
