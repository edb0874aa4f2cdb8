import type { Deadline, Timers } from '../../ports/time.ts';

/** The longest delay that a Node timer takes, ms (2^31 - 1, about 25 days): it fires a longer one at once. */
const LONGEST_DELAY_MS = 2_147_483_647;

/** The runtime's own timers. */
export const systemTimers: Timers = { sleep, deadline };

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(reasonOf(signal));
    const timer = setTimeout(wake, Math.min(ms, LONGEST_DELAY_MS));
    signal?.addEventListener('abort', giveUp, { once: true });

    function wake(): void {
      signal?.removeEventListener('abort', giveUp);
      resolve();
    }
    function giveUp(): void {
      clearTimeout(timer);
      reject(reasonOf(signal));
    }
  });
}

function deadline(ms: number): Deadline {
  const controller = new AbortController();
  const passed = (): void =>
    controller.abort(new DOMException(`The time limit of ${ms} ms has passed.`, 'TimeoutError'));
  const timer = setTimeout(passed, Math.min(ms, LONGEST_DELAY_MS));
  return { signal: controller.signal, clear: () => clearTimeout(timer) };
}

/** A signal's reason may be any value; what is thrown is always an Error. */
function reasonOf(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : new DOMException('The wait was aborted.', 'AbortError');
}
