import type { Scheduler } from '../world/scheduler.ts';
import type { Weather } from '../world/storms.ts';

/** A call of a port on its way to what is behind it. */
export interface Call<T> {
  readonly to: 'table' | 'clerk' | 'bus' | 'cloudwatch';
  readonly isWrite: boolean;
  readonly signal?: AbortSignal | undefined;
  /** What the adapter gives a call, ms. */
  readonly timeoutMs: number;
  /** Does it, at the moment at which the request arrives. */
  readonly apply: () => Promise<T>;
  /** What the adapter throws when there is no answer. */
  readonly unavailable: (why: string) => Error;
  /** What it throws when the service refuses for its rate, or fails. */
  readonly refused: (storm: 'throttled' | 'failed' | 'down') => Error;
}

export interface CallDependencies {
  readonly scheduler: Scheduler;
  readonly weather: Weather;
  /** Told of each thing that goes wrong. */
  readonly count: (what: string) => void;
}

interface Fate {
  readonly travelMs: number;
  readonly backMs: number;
  readonly refusal?: 'throttled' | 'failed' | 'down';
  readonly isAnswerLost?: boolean;
  readonly dies?: 'before' | 'after';
}

/**
 * Sends a call: it travels, is applied, and its answer travels back; meanwhile anybody else may go on. Whoever gives up first,
 * or dies, has sent it all the same.
 */
export function send<T>(deps: CallDependencies, call: Call<T>): Promise<T> {
  const { scheduler } = deps;
  const { party } = scheduler;
  if (!party) return call.apply();
  const fate = fateOf(deps, call);
  const { signal } = call;
  return new Promise<T>((resolve, reject) => {
    if (signal?.aborted) return reject(call.unavailable('given up'));
    let isOver = false;
    const end = (settle: () => void): void => {
      if (isOver || party.isDead) return;
      isOver = true;
      signal?.removeEventListener('abort', giveUp);
      settle();
    };
    function giveUp(): void {
      end(() => reject(call.unavailable('given up')));
    }
    signal?.addEventListener('abort', giveUp, { once: true });
    const { travelMs, backMs } = fate;
    if (travelMs + backMs > call.timeoutMs) {
      deps.count(`${call.to} timed out`);
      scheduler.after(call.timeoutMs, () => end(() => reject(call.unavailable('timed out'))));
    }
    const back = (settle: () => void): void => void scheduler.at(scheduler.now + backMs, () => end(settle));
    scheduler.at(scheduler.now + travelMs, () => {
      if (fate.dies === 'before') return scheduler.kill(party);
      if (fate.refusal) return back(() => reject(call.refused(fate.refusal!)));
      void answered(call).then((answer) => {
        if (fate.dies === 'after') return scheduler.kill(party);
        if (fate.isAnswerLost) return back(() => reject(call.unavailable('connection reset')));
        return back(() => answer(resolve, reject));
      });
    });
  });
}

type Tell<T> = (resolve: (answer: T) => void, reject: (error: unknown) => void) => void;

/** What came of a call, to be told when it has travelled back. */
async function answered<T>(call: Call<T>): Promise<Tell<T>> {
  try {
    const answer = await call.apply();
    return (resolve) => resolve(answer);
  } catch (error) {
    return (_resolve, reject) => reject(error);
  }
}

/** A dead party's draws go on where they were: it is the call that is drawn for. */
function fateOf(deps: CallDependencies, { to, isWrite, timeoutMs }: Call<unknown>): Fate {
  const { weather, scheduler, count } = deps;
  const { draws } = scheduler.party!;
  const quick = { travelMs: draws.between(1, 12), backMs: draws.between(0, 8) };
  const strikes = (storm: Parameters<Weather['strikes']>[0]): boolean => {
    const isStruck = weather.strikes(storm, draws);
    if (isStruck) count(`fault ${storm}`);
    return isStruck;
  };
  if (strikes('crashes')) {
    const dies = draws.pick(['before', 'after'] as const);
    count(`crash ${dies} a ${isWrite ? 'write' : 'read'}`);
    return { ...quick, dies };
  }
  // What the bus itself refuses, it refuses event by event.
  if (to === 'bus') return quick;
  if (to === 'cloudwatch') {
    if (strikes('cloudwatch-down'))
      return draws.chance(0.5) ? { ...quick, refusal: 'throttled' } : slow(timeoutMs * 2, 1);
    return quick;
  }
  if (to === 'clerk') {
    if (strikes('clerk-429')) return { ...quick, refusal: 'throttled' };
    if (strikes('clerk-500')) return { ...quick, refusal: 'failed' };
    return strikes('clerk-slow') ? slow(draws.between(200, timeoutMs * 2), draws.next()) : quick;
  }
  if (strikes('table-down')) return { ...quick, refusal: 'down' };
  if (strikes('throttling')) return { ...quick, refusal: 'throttled' };
  if (isWrite && strikes('conflicts')) return { ...quick, refusal: 'failed' };
  if (strikes('lost-answers')) return { ...quick, isAnswerLost: true };
  return strikes('slow-table') ? slow(draws.between(50, timeoutMs * 2), draws.next()) : quick;
}

/** Where on its way a slow call is slow decides whether it is applied before its caller gives up or after. */
function slow(ms: number, share: number): Fate {
  const travelMs = Math.floor(ms * share);
  return { travelMs, backMs: ms - travelMs };
}
