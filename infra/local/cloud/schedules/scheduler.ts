import { randomUUID } from 'node:crypto';
import type { InvocationResult } from '../../invocation.ts';
import type { LocalClock } from '../../clock.ts';
import { parseJson } from '../json.ts';
import { LambdaRefusal, refusedError } from '../lambda/errors.ts';
import type { ScheduleDefinition } from './definition.ts';

export interface SchedulerOptions {
  readonly schedules: readonly ScheduleDefinition[];
  /** Whether they are fired when they are due, too. */
  readonly isOnTime: boolean;
  readonly clock: LocalClock;
  readonly region: string;
  readonly accountId: string;
  /** @throws {LambdaRefusal} When the target is not even started. */
  readonly invoke: (functionArn: string, payload: unknown) => Promise<InvocationResult>;
  /** Given the event that the target did not even take. */
  readonly onUndelivered: (queueArn: string | undefined, event: unknown) => void;
  /** Told when a schedule that fired on time has failed. */
  readonly onProblem: (message: string) => void;
}

/** No schedule has this name. The message names those that there are. */
export class UnknownScheduleError extends Error {}

/** The target of a schedule ended with an error. */
export class ScheduleTargetError extends Error {
  readonly errorType: string;

  constructor(name: string, errorType: string, errorMessage: string) {
    super(`The target of the schedule ${name} failed: ${errorMessage}`);
    this.errorType = errorType;
  }
}

/** Node's timers take no longer time. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Fires schedules when they are due by the local clock, and when asked. A clock that jumps over several times of one
 * schedule fires it once.
 */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #since: number;
  readonly #due = new Map<ScheduleDefinition, number>();
  readonly #unsubscribe: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.#since = options.clock.now();
    for (const schedule of options.schedules) this.#plan(schedule, this.#since);
    this.#unsubscribe = options.clock.onAdvance(() => this.#fireDue());
    this.#arm();
  }

  get schedules(): { name: string; expression: string }[] {
    return this.#options.schedules.map(({ name, expression }) => ({ name, expression }));
  }

  /**
   * Fires a schedule now, also one that is disabled.
   * @returns What its target answered.
   * @throws {UnknownScheduleError} {ScheduleTargetError}
   */
  async fire(name: string): Promise<unknown> {
    const { schedules } = this.#options;
    const schedule = schedules.find((candidate) => candidate.name === name);
    if (schedule !== undefined) return this.#run(schedule, this.#options.clock.now());
    const names = schedules.map((candidate) => candidate.name).join(', ');
    throw new UnknownScheduleError(
      `There is no schedule ${name}. ${names === '' ? 'The template has none.' : `There are: ${names}.`}`,
    );
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#unsubscribe();
    this.#due.clear();
  }

  #plan(schedule: ScheduleDefinition, after: number): void {
    const next = schedule.enabled && this.#options.isOnTime ? schedule.next(after, this.#since) : undefined;
    if (next === undefined) this.#due.delete(schedule);
    else this.#due.set(schedule, next);
  }

  #arm(): void {
    clearTimeout(this.#timer);
    if (this.#due.size === 0) return;
    const wait = Math.min(...this.#due.values()) - this.#options.clock.now();
    this.#timer = setTimeout(() => this.#fireDue(), Math.min(Math.max(wait, 1), LONGEST_TIMER_MS)).unref();
  }

  #fireDue(): void {
    const now = this.#options.clock.now();
    for (const [schedule, time] of this.#due) {
      if (time > now) continue;
      this.#run(schedule, time).catch((error: unknown) => this.#options.onProblem(String(error)));
      this.#plan(schedule, now);
    }
    this.#arm();
  }

  async #run(schedule: ScheduleDefinition, scheduledAt: number): Promise<unknown> {
    const result = await this.#deliver(schedule, this.#payload(schedule, scheduledAt));
    if (result.ok) return result.payload;
    throw new ScheduleTargetError(schedule.name, result.error.errorType, result.error.errorMessage);
  }

  /** EventBridge Scheduler tries for an hour before it gives up: here it gives up at once. */
  async #deliver(schedule: ScheduleDefinition, event: unknown): Promise<InvocationResult> {
    const { invoke, onUndelivered } = this.#options;
    try {
      return await invoke(schedule.targetArn, event);
    } catch (error) {
      if (!(error instanceof LambdaRefusal)) throw error;
      onUndelivered(schedule.deadLetterArn, event);
      return refusedError(error);
    }
  }

  #payload(schedule: ScheduleDefinition, scheduledAt: number): unknown {
    const id = randomUUID();
    const time = new Date(scheduledAt).toISOString().replace(/\.\d+Z$/, 'Z');
    const { input, arn } = schedule;
    if (input !== undefined) return parseJson(filledIn(input, { id, time, arn })) ?? input;
    const { region, accountId: account } = this.#options;
    const event = {
      version: '0',
      id,
      'detail-type': 'Scheduled Event',
      source: 'aws.scheduler',
      account,
      time,
      region,
    };
    return { ...event, resources: [arn], detail: '{}' };
  }
}

/** Replaces the scheduler's context attributes in an input. */
function filledIn(input: string, values: { id: string; time: string; arn: string }): string {
  return input
    .replaceAll('<aws.scheduler.schedule-arn>', values.arn)
    .replaceAll('<aws.scheduler.scheduled-time>', values.time)
    .replaceAll('<aws.scheduler.execution-id>', values.id)
    .replaceAll('<aws.scheduler.attempt-number>', '1');
}
