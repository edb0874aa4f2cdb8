import { Webhook } from 'svix';
import type { JsonObject } from '../../../shared/domain/json.ts';
import type { Draws } from '../draws.ts';
import { drawsOf } from '../draws.ts';
import { INSTANCE } from './people.ts';
import type { Scheduler } from './scheduler.ts';
import type { Weather } from './storms.ts';
import type { Vault } from './vault.ts';
import { PREVIOUS, REVOKED } from './vault.ts';

/** A message as Svix keeps it, for all attempts at it. */
export interface Message {
  readonly id: string;
  readonly body: string;
  readonly secret: string;
}

/** One attempt, as API Gateway hands it on. */
export interface Attempt {
  readonly message: Message;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

/** When Svix tries again after a failure, ms: 27 h 35 min in all. */
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const RETRIES = [5_000, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR];

/** Svix waits for an answer for this long, ms. */
const PATIENCE_MS = 15_000;

export interface SvixOptions {
  readonly seed: number;
  readonly scheduler: Scheduler;
  readonly weather: Weather;
  readonly vault: Vault;
  readonly count: (what: string) => void;
  readonly tell: (who: string, what: string) => void;
  /** Lets something go on by itself. */
  readonly keep: (work: Promise<unknown>) => void;
  /** Hands an attempt to the webhook. @returns the status, or undefined when there was no answer */
  readonly deliver: (attempt: Attempt) => Promise<number | undefined>;
}

/** Clerk's sender of webhooks: no order, at least once, unless a message is lost for ever. */
export class Svix {
  readonly #options: SvixOptions;
  #messages = 0;

  constructor(options: SvixOptions) {
    this.#options = options;
  }

  /** Sends Clerk's word on a change. */
  announce(type: string, data: JsonObject, over: JsonObject = {}): void {
    const { scheduler, seed } = this.#options;
    const draws = drawsOf(seed, 'message', this.#messages);
    const timestamp = draws.chance(0.1) ? Math.floor(scheduler.now / 1_000) : scheduler.now;
    this.send(JSON.stringify({ object: 'event', type, data, timestamp, instance_id: INSTANCE, ...over }), type, draws);
  }

  /** Sends a body as it is. */
  send(body: string, type: string, draws: Draws = drawsOf(this.#options.seed, 'message', this.#messages)): void {
    this.#messages += 1;
    const { count, tell, vault } = this.#options;
    const id = `msg_${this.#messages}`;
    const strikes = this.#luckOf(draws);
    if (strikes('webhooks-dropped', 0.04) || strikes('endpoint-disabled', 0)) {
      count('webhook lost');
      return tell('svix', `loses ${id} (${type})`);
    }
    const secret = strikes('old-secret', 0.02) ? draws.pick([PREVIOUS, REVOKED]) : vault.webhookSecret;
    if (secret === PREVIOUS || secret === REVOKED)
      count(`webhook signed with the ${secret === PREVIOUS ? 'previous' : 'revoked'} secret`);
    const message = { id, body, secret };
    const delay = strikes('webhooks-delayed', 0.08)
      ? draws.between(1_000, 6 * HOUR)
      : draws.between(20, draws.pick([40, 900]));
    if (delay > 1_000) count('webhook delayed');
    this.#try(message, 0, delay);
    if (!strikes('webhooks-duplicated', 0.08)) return;
    count('webhook duplicated');
    this.#try(message, RETRIES.length, delay + draws.between(0, MINUTE));
  }

  /** Sends a message again as it was, as somebody does from Clerk's dashboard. */
  resend(message: Message): Promise<number | undefined> {
    return this.#options.deliver(this.#attemptAt(message, 0));
  }

  /** @param attempts that have failed already */
  #try(message: Message, attempts: number, afterMs: number): void {
    const { scheduler, deliver, keep, tell, count } = this.#options;
    scheduler.at(scheduler.now + afterMs, () => {
      let isSettled = false;
      const settle = (status: number | undefined): void => {
        if (isSettled) return;
        isSettled = true;
        if (status !== undefined && status >= 200 && status < 300) return;
        const pause = RETRIES[attempts];
        tell('svix', pause === undefined ? `gives ${message.id} up` : `will send ${message.id} again`);
        count(pause === undefined ? 'webhook given up' : 'webhook retried');
        if (pause !== undefined) this.#try(message, attempts + 1, pause);
      };
      scheduler.at(scheduler.now + PATIENCE_MS, () => settle(undefined));
      keep(deliver(this.#attemptAt(message, attempts)).then(settle));
    });
  }

  #attemptAt(message: Message, attempts: number): Attempt {
    const { scheduler, seed } = this.#options;
    const sentAt = new Date(scheduler.now);
    const isBase64Encoded = drawsOf(seed, message.id, attempts).chance(0.2);
    const headers = {
      'content-type': 'application/json',
      'svix-id': message.id,
      'svix-timestamp': String(Math.floor(sentAt.getTime() / 1_000)),
      'svix-signature': new Webhook(message.secret).sign(message.id, sentAt, message.body),
    };
    const body = isBase64Encoded ? Buffer.from(message.body).toString('base64') : message.body;
    return { message, headers, body, isBase64Encoded };
  }

  /** A storm's rate, and in fair weather the rate of every day: 0 when the world has come to rest. */
  #luckOf(draws: Draws): (storm: Parameters<Weather['strikes']>[0], everyDay: number) => boolean {
    const { weather } = this.#options;
    return (storm, everyDay) => {
      const isUnlucky = draws.chance(weather.isCalm ? 0 : everyDay);
      return weather.strikes(storm, draws) || isUnlucky;
    };
  }
}
