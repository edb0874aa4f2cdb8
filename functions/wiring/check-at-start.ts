import type { Rereadable } from '../../shared/adapters/secrets/secrets.ts';
import type { SyncConfig } from '../../shared/config/config.ts';
import type { LateLog } from '../../shared/adapters/cloudwatch/late-log.ts';
import { factsOfError } from '../middleware/told-errors.ts';

/**
 * Looks at secrets that a function cannot do without before its first event, so that a wrong one is found where it was put in
 * and not by the first who needs it. The error names the variable or the secret's field.
 *
 * A variable stays what it is: the function does not start. A secret can be mended at any time and is looked at again every
 * 30 s, and Secrets Manager may be away for a moment: the log says what is wrong, and what comes meanwhile is to come again.
 *
 * @throws SecretInvalid when a variable cannot be used
 */
export async function checkAtStart(
  secrets: Pick<Rereadable<unknown>, 'current'>,
  location: SyncConfig['secrets'],
  log: Pick<LateLog, 'error' | 'written'>,
): Promise<void> {
  try {
    await secrets.current();
  } catch (error) {
    if (location.kind === 'environment') throw error;
    log.error('secrets cannot be used', factsOfError(error));
    await log.written();
  }
}
