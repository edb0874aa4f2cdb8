import { errorAnswer } from '../middleware/answer.ts';
import type { HttpAnswer } from './event.ts';

interface RefusalText {
  readonly status: number;
  /** For people; it holds nothing of the request. */
  readonly message: string;
  /** When to come again, s. */
  readonly retryAfterS?: number;
}

/**
 * Every refusal of our HTTP APIs that a program may tell from others, by its code. The functions answer it and the OpenAPI
 * document lists it: one spelling for both.
 */
export const REFUSALS = {
  malformed_json: { status: 400, message: 'The body is not JSON in UTF-8.' },
  invalid_body: { status: 400, message: 'The body is not what this route takes.' },
  body_too_large: { status: 413, message: 'The body is larger than 32 KB.' },
  app_too_large: { status: 413, message: 'The attributes would together be larger than 16 KB.' },
  unsupported_media_type: { status: 415, message: 'The content type is not one that this route takes.' },
  route_not_found: { status: 404, message: 'There is no such route.' },
  user_not_found: { status: 404, message: 'Clerk has no such user.' },
  user_deleted: { status: 403, message: 'This user has been deleted.' },
  user_banned: { status: 403, message: 'This user has been banned.' },
  user_deprovisioned: { status: 403, message: 'This user has been deprovisioned.' },
  unauthorized: { status: 401, message: 'This takes a valid admin key: Authorization: Bearer cds_….' },
  too_many_attempts: { status: 429, message: 'Too many requests without a valid admin key.', retryAfterS: 60 },
  invalid_request: { status: 400, message: 'The path or the query is not what this route takes.' },
  run_not_found: { status: 404, message: 'There is no such run.' },
  run_not_held: { status: 409, message: 'This run holds no deletions that could be approved.' },
  run_superseded: { status: 409, message: 'A newer full run has judged the users of today: look at that one.' },
  run_not_started: {
    status: 503,
    message: 'The run could not be started; its record says why. Try again later.',
    retryAfterS: 30,
  },
  user_not_mirrored: { status: 404, message: 'The table has no such user.' },
  user_not_deleted: { status: 409, message: 'This user is not deleted.' },
  user_deleted_lately: {
    status: 409,
    message: 'This user was deleted less than 5 minutes ago, and what Clerk says may lag: try again later.',
    retryAfterS: 300,
  },
  user_in_clerk: {
    status: 409,
    message: 'Clerk still has this user. To erase her all the same, send { "evenIfClerkHas": true }.',
  },
  foreign_instance: {
    status: 409,
    message: 'The secret key belongs to another Clerk instance than this table: nothing was done.',
  },
  not_in_quarantine: { status: 404, message: 'There is no such event in quarantine.' },
  event_unusable: { status: 409, message: 'The event cannot be applied, and stays in quarantine.' },
  entry_not_found: { status: 404, message: 'There is no roster entry for this address.' },
  entry_linked: { status: 409, message: 'This roster entry is linked to a user.' },
  entry_not_linked: { status: 409, message: 'Nobody is linked to this roster entry.' },
  user_is_deleted: { status: 409, message: 'This user is deleted: restore her first.' },
  user_has_another_entry: { status: 409, message: 'The user is linked to another registered roster entry.' },
  invalid_import: { status: 400, message: 'Rows of the file cannot be imported, and nothing was.' },
  import_too_large: { status: 413, message: 'The file is larger than 1 MB, or has more than 5,000 rows.' },
  import_unfinished: {
    status: 503,
    message: 'There was no time for all rows: send the file again, and it goes on.',
    retryAfterS: 1,
  },
  unstorable_user: { status: 500, message: 'The user, as Clerk has her, does not fit into the mirror.' },
  internal_error: { status: 500, message: 'Something failed on our side. Try again later.' },
  unavailable: { status: 503, message: 'This cannot be done right now. Try again later.', retryAfterS: 5 },
} as const satisfies Record<string, RefusalText>;

export type RefusalCode = keyof typeof REFUSALS;

/**
 * @param code which refusal
 * @param message in place of the usual one, to say more: names and places, never a value that somebody sent
 */
export function refuse(code: RefusalCode, message?: string): HttpAnswer {
  const text: RefusalText = REFUSALS[code];
  const headers = text.retryAfterS === undefined ? {} : { 'retry-after': String(text.retryAfterS) };
  return errorAnswer(text.status, code, message ?? text.message, headers);
}
