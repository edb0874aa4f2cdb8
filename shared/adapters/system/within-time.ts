import type { Timers } from '../../ports/time.ts';

/**
 * Gives a call a time limit: it ends when the call does, when the time is over, or when the caller gives up. A call that
 * does not listen to the signal is left behind; its outcome no longer matters.
 *
 * @param limits.timeoutMs ms
 * @param limits.signal the caller's own, if any
 * @throws the signal's reason when the time is over or the caller has given up
 */
export async function withinTime<T>(
  timers: Timers,
  limits: { readonly timeoutMs: number; readonly signal?: AbortSignal | undefined },
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = timers.deadline(limits.timeoutMs);
  const signal = limits.signal ? AbortSignal.any([limits.signal, deadline.signal]) : deadline.signal;
  const abortion = abortionOf(signal);
  try {
    signal.throwIfAborted();
    return await Promise.race([call(signal), abortion.promise]);
  } finally {
    abortion.ignore();
    deadline.clear();
  }
}

function abortionOf(signal: AbortSignal): { readonly promise: Promise<never>; ignore(): void } {
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  return { promise, ignore: () => signal.removeEventListener('abort', onAbort) };
}
