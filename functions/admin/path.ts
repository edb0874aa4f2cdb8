import { createHash } from 'node:crypto';
import { normaliseName } from '../../shared/domain/user.ts';
import type { HttpEvent } from '../http/event.ts';

const USER_ID = /^user_\w{1,100}$/;
const RUN_ID = /^[\w-]{1,100}$/;
/** As the webhook takes them in. */
const MESSAGE_ID = /^[\w-]{1,128}$/;

export function userIdIn(event: HttpEvent): string | undefined {
  return matching(USER_ID, event.pathParameters?.['id']);
}

export function runIdIn(event: HttpEvent): string | undefined {
  return matching(RUN_ID, event.pathParameters?.['id']);
}

export function messageIdIn(event: HttpEvent): string | undefined {
  return matching(MESSAGE_ID, event.pathParameters?.['id']);
}

const LONGEST_ADDRESS = 254;

/** The address in the path, normalised. Whoever writes the @ as %40 means the same, decoded on the way or not. */
export function emailIn(event: HttpEvent): string | undefined {
  const given = event.pathParameters?.['email'] ?? '';
  const email = normaliseName(given.includes('@') ? given : decoded(given));
  return /^[^\s@#]+@[^\s@#]+$/.test(email) && email.length <= LONGEST_ADDRESS ? email : undefined;
}

/** An address in the record: whoever knows it finds what was done to its entry, and nobody reads it there. */
export function hashOfAddress(email: string | undefined): string | undefined {
  return email === undefined ? undefined : `sha256:${createHash('sha256').update(email).digest('hex').slice(0, 16)}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function matching(form: RegExp, text: string | undefined): string | undefined {
  return text !== undefined && form.test(text) ? text : undefined;
}
