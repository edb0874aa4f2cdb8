import { ENVIRONMENT } from '../../names/environment.ts';
import type { Timers } from '../../ports/time.ts';
import { withinTime } from '../system/within-time.ts';
import { SecretsUnavailable } from './secret-error.ts';
import type { RawSecrets, SecretSource } from './source.ts';

/**
 * The longest that anyone waits for the secrets, ms: two attempts of 500 ms, the pause between them, and something to spare
 * for a container that is just starting.
 */
export const READ_LIMIT_MS = 1_500;

/**
 * Reads the secrets in bounded time, whatever their source does.
 *
 * @throws SecretsUnavailable when the time is over, and whatever the source throws
 */
export async function readInTime(source: SecretSource, timers: Timers): Promise<RawSecrets> {
  try {
    return await withinTime(timers, { timeoutMs: READ_LIMIT_MS }, (signal) => source.read(signal));
  } catch (cause) {
    if (!(cause instanceof DOMException && cause.name === 'TimeoutError')) throw cause;
    throw new SecretsUnavailable(
      `The secret that ${ENVIRONMENT.secretArn} names did not come within ${READ_LIMIT_MS} ms: check that the function can ` +
        'reach Secrets Manager, which in a private subnet takes an endpoint or a NAT gateway.',
      { cause },
    );
  }
}
