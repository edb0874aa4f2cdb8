import type { Timers } from '../../ports/time.ts';
import type { DirectoryOptions } from '../../ports/user-directory.ts';
import { DirectoryUnavailable } from '../../ports/user-directory.ts';
import { toDirectoryError } from './directory-errors.ts';
import { withinTime } from '../system/within-time.ts';

export interface ClerkAccessOptions {
  /** Clerk's secret key (`sk_live_…` or `sk_test_…`). */
  readonly secretKey: () => Promise<string> | string;
  /** Reads the secret key again, unless that was done a moment ago. With it a rotation of the key needs no deploy. */
  readonly rereadSecretKey?: () => Promise<string>;
  readonly timers: Timers;
  /** Time for one call, ms. */
  readonly timeoutMs: number;
}

/** Makes one call to Clerk with the secret key of the moment. */
export interface ClerkAccess {
  /**
   * @param name what is asked, in words, for messages
   * @throws DirectoryUnavailable or CursorRefused, and nothing else
   */
  <T>(
    name: string,
    options: DirectoryOptions | undefined,
    call: (secretKey: string, signal: AbortSignal) => Promise<T>,
  ): Promise<T>;
}

/** Every call has a time limit, and a key that Clerk refuses is read again and tried once more if it is another one now. */
export function createClerkAccess(access: ClerkAccessOptions): ClerkAccess {
  return async (name, options, call) => {
    const limits = { timeoutMs: access.timeoutMs, signal: options?.signal };
    try {
      return await withinTime(access.timers, limits, (signal) =>
        withFreshKey(access, name, (key) => call(key, signal)),
      );
    } catch (error) {
      throw toDirectoryError(name, error);
    }
  };
}

async function withFreshKey<T>(
  { secretKey, rereadSecretKey }: ClerkAccessOptions,
  name: string,
  call: (secretKey: string) => Promise<T>,
): Promise<T> {
  const key = await currentKey(secretKey);
  try {
    return await call(key);
  } catch (cause) {
    const error = toDirectoryError(name, cause);
    if (!rereadSecretKey || !isRefusedKey(error)) throw error;
    const fresh = await currentKey(rereadSecretKey);
    if (fresh === key) throw error;
    return call(fresh);
  }
}

/** A key that cannot be had leaves Clerk out of reach, as a failing network does; the message says which setting is wrong. */
async function currentKey(read: () => Promise<string> | string): Promise<string> {
  try {
    return await read();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'for a reason that is not known';
    throw new DirectoryUnavailable(`Clerk cannot be asked without its secret key: ${why}`, { cause });
  }
}

function isRefusedKey(error: Error): boolean {
  return error instanceof DirectoryUnavailable && (error.status === 401 || error.status === 403);
}
