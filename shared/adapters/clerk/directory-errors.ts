import { isClerkAPIResponseError } from '@clerk/backend/errors';
import { ENVIRONMENT } from '../../names/environment.ts';
import { CursorRefused, DirectoryUnavailable } from '../../ports/user-directory.ts';

/** What is known of an answer of Clerk's that is not the one we asked for. */
export interface Refusal {
  readonly status: number;
  /** `Retry-After`, seconds. */
  readonly retryAfter?: number | undefined;
  readonly cause?: unknown;
}

/**
 * An answer of Clerk's that is no success, as the port's error.
 *
 * @param call what was asked, in words, for the message: never a value
 */
export function unavailableBy(call: string, { status, retryAfter, cause }: Refusal): DirectoryUnavailable {
  return new DirectoryUnavailable(messageOf(call, status), { status, ...waitOf(retryAfter), cause });
}

/** An answer that is a success by its status and still not what was asked for. */
export function unreadable(call: string, what: string): DirectoryUnavailable {
  return new DirectoryUnavailable(`Clerk's answer to "${call}" cannot be used: ${what}.`, { status: 200 });
}

/** Whatever a call to Clerk threw, as the port's error. Of a failure without an answer only its name is told. */
export function toDirectoryError(call: string, error: unknown): Error {
  if (error instanceof DirectoryUnavailable || error instanceof CursorRefused) return error;
  // Clerk's package leaves the status out where there was no answer, whatever its type says.
  if (isClerkAPIResponseError(error) && Number.isInteger(error.status)) {
    return unavailableBy(call, { status: error.status, retryAfter: error.retryAfter, cause: error });
  }
  const name = error instanceof Error ? error.name : typeof error;
  return new DirectoryUnavailable(`Clerk did not answer "${call}" (${name}).`, { cause: error });
}

function messageOf(call: string, status: number): string {
  switch (status) {
    case 401:
    case 403:
      return (
        `Clerk refused the secret key (status ${status}) for "${call}": put the secret key of this instance into ` +
        `${ENVIRONMENT.secretKey}, or into the field secretKey of the secret that ${ENVIRONMENT.secretArn} names.`
      );
    case 429:
      return `Clerk's rate limit is used up (status 429) for "${call}".`;
    default:
      return `Clerk answered "${call}" with status ${status}.`;
  }
}

function waitOf(retryAfter: number | undefined): { retryAfterMs?: number } {
  return retryAfter !== undefined && retryAfter >= 0 ? { retryAfterMs: retryAfter * 1_000 } : {};
}
