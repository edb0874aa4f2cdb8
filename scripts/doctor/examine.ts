import { withinTime } from '../../shared/adapters/system/within-time.ts';
import type { Check, Finding } from './finding.ts';
import { failed } from './finding.ts';
import type { Patient } from './patient.ts';

/** A check's finding, as `--json` has it. */
export interface Result extends Finding {
  readonly name: string;
  /** All but a failed check: what was only warned of or could not be looked at does not fail the whole. */
  readonly ok: boolean;
}

/** For one check, ms: two calls to AWS that are slow, and one to Clerk. */
const LIMIT_MS = 20_000;

/** Makes all checks at once, each in bounded time; the results are in the order of the checks. */
export function examine(checks: readonly Check[], patient: Patient): Promise<readonly Result[]> {
  return Promise.all(checks.map((check) => resultOf(check, patient)));
}

export function result(name: string, finding: Finding): Result {
  return { name, ok: finding.status !== 'failed', ...finding };
}

async function resultOf({ name, examine }: Check, patient: Patient): Promise<Result> {
  try {
    const finding = await withinTime(patient.timers, { timeoutMs: LIMIT_MS }, async () => examine(patient));
    return result(name, finding);
  } catch (error) {
    return result(name, failed(toldOf(error), adviceFor(error)));
  }
}

/** Errors of ours, whose messages hold no value. */
const OURS = /^(ConfigInvalid|SecretInvalid|SecretsUnavailable|StoreUnavailable|DirectoryUnavailable)$/;

/** Of somebody else's error only its kind: a parser's message may quote what it could not read. AWS's name what was refused. */
export function toldOf(error: unknown): string {
  if (!(error instanceof Error)) return 'It failed for a reason that has no name.';
  const isTold =
    OURS.test(error.name) || '$metadata' in error || error.name === 'Error' || error.name === 'TimeoutError';
  return isTold ? error.message : `It failed with ${error.name}.`;
}

function adviceFor(error: unknown): string {
  const name = error instanceof Error ? error.name : '';
  if (name.startsWith('AccessDenied')) return 'Give your credentials the permission that is named, and try again.';
  if (name === 'TimeoutError') return 'Look at the network between here and what was asked, and try again.';
  return 'Mend what the message names, and try again.';
}
