import type { Clock, Deadline, Timers } from '../../ports/time.ts';

/** Time that stands still until it is moved. */
export interface SimulatedTime {
  readonly clock: Clock;
  readonly timers: Timers;
  /**
   * Moves the clock on by `ms` and wakes everything that is due, in order, each at its own time; what a wake-up starts
   * in turn is awaited, and its own timers are due too if they end within `ms`.
   */
  readonly advance: (ms: number) => Promise<void>;
  /** Sets the clock, also back; wakes nothing. */
  readonly set: (ms: number) => void;
  /** How many sleeps and deadlines are waiting. */
  readonly pending: () => number;
}

interface Alarm {
  readonly at: number;
  readonly ring: () => void;
}

/** @param start where the clock begins, ms */
export function createSimulatedTime(start: number): SimulatedTime {
  const alarms = new Set<Alarm>();
  let now = start;
  const schedule = (ms: number, ring: () => void): (() => void) => {
    const alarm = { at: now + Math.max(0, ms), ring };
    alarms.add(alarm);
    return () => void alarms.delete(alarm);
  };
  return {
    clock: { now: () => now },
    timers: { sleep: (ms, signal) => sleep(schedule, ms, signal), deadline: (ms) => deadline(schedule, ms) },
    async advance(ms) {
      const until = now + ms;
      await settle();
      for (let due = nextDue(alarms, until); due; due = nextDue(alarms, until)) {
        alarms.delete(due);
        now = Math.max(now, due.at);
        due.ring();
        await settle();
      }
      now = Math.max(now, until);
    },
    set: (ms) => {
      now = ms;
    },
    pending: () => alarms.size,
  };
}

type Schedule = (ms: number, ring: () => void) => () => void;

function sleep(schedule: Schedule, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(reasonOf(signal));
    const cancel = schedule(ms, () => {
      signal?.removeEventListener('abort', giveUp);
      resolve();
    });
    signal?.addEventListener('abort', giveUp, { once: true });

    function giveUp(): void {
      cancel();
      reject(reasonOf(signal));
    }
  });
}

function deadline(schedule: Schedule, ms: number): Deadline {
  const controller = new AbortController();
  const passed = new DOMException(`The time limit of ${ms} ms has passed.`, 'TimeoutError');
  return { signal: controller.signal, clear: schedule(ms, () => controller.abort(passed)) };
}

/** The earliest alarm up to `until`; of several at one time the one that was set first, as a Set keeps them. */
function nextDue(alarms: ReadonlySet<Alarm>, until: number): Alarm | undefined {
  let first: Alarm | undefined;
  for (const alarm of alarms) if (alarm.at <= until && (!first || alarm.at < first.at)) first = alarm;
  return first;
}

/** Enough turns of the microtask queue for what a wake-up starts to reach its next wait. */
const TURNS = 100;

async function settle(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) await Promise.resolve();
}

/** A signal's reason may be any value; what is thrown is always an Error. */
function reasonOf(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : new DOMException('The wait was aborted.', 'AbortError');
}
