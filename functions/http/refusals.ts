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
