import type { CallOptions } from '../../ports/user-store.ts';
import { StoreUnavailable } from '../../ports/user-store.ts';

/** Answers in a later turn, as a table does; a call that is already given up fails as it does there. */
export async function answer<T>({ signal }: CallOptions, call: () => T): Promise<T> {
  await Promise.resolve();
  if (signal?.aborted) throw new StoreUnavailable('The call was given up (AbortError).', { cause: signal.reason });
  return call();
}
