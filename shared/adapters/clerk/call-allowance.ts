import { CLERK_WINDOW_S } from './call-pace.ts';

/** Calls that Clerk allows in its window, by the kind of instance. */
const PRODUCTION_CALLS = 1_000;
const DEVELOPMENT_CALLS = 100;

/**
 * What is ours of the calls that Clerk allows an instance, calls a second: the beginning of its secret key tells its kind, and
 * one that is not known counts as a development instance's.
 *
 * @param share from above 0 to 1
 */
export function clerkCallsPerSecond(secretKey: string, share: number): number {
  const calls = secretKey.startsWith('sk_live_') ? PRODUCTION_CALLS : DEVELOPMENT_CALLS;
  return (calls / CLERK_WINDOW_S) * share;
}

/** The same for a key that may be rotated: it is looked up each time, and one that cannot be had is the call's own trouble. */
export function clerkPace(secretKey: () => Promise<string> | string, share: number): () => Promise<number> {
  return async () => {
    try {
      return clerkCallsPerSecond(await secretKey(), share);
    } catch {
      return clerkCallsPerSecond('', share);
    }
  };
}
