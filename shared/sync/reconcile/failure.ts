import { DirectoryUnavailable } from '../../ports/user-directory.ts';
import { LeaseLost, StoreUnavailable } from '../../ports/user-store.ts';
import type { Log } from '../../ports/log.ts';
import { factsOfError } from '../told-errors.ts';

/** Clerk's list is not what was asked for (not in order, the same page again): comparing it would propose wrong deletions. */
export class UntrustedList extends Error {
  readonly code = 'untrusted_list';
  override readonly name = 'UntrustedList';
}

/** The cursor in a large set of one creation time has been refused, and who was seen of the set is not remembered. */
export class CursorLost extends Error {
  readonly code = 'cursor_lost';
  override readonly name = 'CursorLost';
}

/** The table did not take a user in time, although it answers. */
export class UserNotWritten extends Error {
  readonly code = 'user_not_written';
  override readonly name = 'UserNotWritten';
}

/** Clerk's word that a user is gone is too old to delete by. */
export class UnconfirmedAbsence extends Error {
  readonly code = 'unconfirmed_absence';
  override readonly name = 'UnconfirmedAbsence';
}

/** What was asked to be approved is not there to be approved. */
export class NothingToApprove extends Error {
  readonly code = 'nothing_to_approve';
  override readonly name = 'NothingToApprove';
}

/** A person has stopped the run. */
export class RunStopped extends Error {
  readonly code = 'run_stopped';
  override readonly name = 'RunStopped';
}

/** The secret key belongs to another Clerk instance than the table does. */
export class ForeignInstance extends Error {
  readonly code = 'foreign_instance';
  override readonly name = 'ForeignInstance';
}

/** Why a piece of a run did not succeed, in words that may be logged and kept: ids and names, never a value of a field. */
export interface Problem {
  readonly message: string;
  /** Whether the same may succeed later. */
  readonly passing: boolean;
  /** How long Clerk asked to be left alone, ms. */
  readonly retryAfterMs?: number;
}

/** Clerk's answers to a key that it does not accept: the same key will not do better. */
const REFUSED_KEY: readonly (number | undefined)[] = [401, 403];

const PASSING = [StoreUnavailable, UserNotWritten, UntrustedList, CursorLost, UnconfirmedAbsence];
const LASTING = [ForeignInstance, LeaseLost, NothingToApprove, RunStopped];

/** What is wrong, when the error is one that a run has to expect; undefined for a defect or a missing permission. */
export function expectedProblem(error: unknown): Problem | undefined {
  if (error instanceof DirectoryUnavailable) {
    const { message, status, retryAfterMs } = error;
    const passing = !REFUSED_KEY.includes(status);
    return { message, passing, ...(retryAfterMs !== undefined && { retryAfterMs }) };
  }
  if (error instanceof Error && PASSING.some((kind) => error instanceof kind)) {
    return { message: error.message, passing: true };
  }
  if (error instanceof Error && LASTING.some((kind) => error instanceof kind)) {
    return { message: error.message, passing: false };
  }
  return undefined;
}

/** The problem of a chunk; an error that nobody expects is thrown on. */
export function problemOf(error: unknown): Problem {
  const problem = expectedProblem(error);
  if (problem) return problem;
  throw error;
}

/**
 * The problem of a step that met with an error nobody expects, logged. Its message may quote what it stumbled over: kind and
 * place must do.
 *
 * @param step its name
 */
export function unexpectedProblem(log: Log, step: string, error: unknown): Problem {
  const facts = factsOfError(error);
  log.error('reconcile step failed unexpectedly', { step, ...facts });
  const kind = String(facts['error']);
  return { message: `Step ${step} failed with ${kind}: the log has its place in the code.`, passing: true };
}

/** Does the work and answers what went wrong; an error that nobody expects is thrown on. */
export async function problemIn(work: () => Promise<void>): Promise<Problem | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return problemOf(error);
  }
}
