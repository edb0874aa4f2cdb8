import { asList, asRecord, asText } from '../../cloud/json.ts';
import type { Action, ActionResult } from '../contract.ts';
import type { ConsolePlace } from '../place.ts';
import type { Answer, Call } from '../sources/call.ts';
import { call } from '../sources/call.ts';

type Of<Name extends Action['action']> = Extract<Action, { action: Name }>;

/** Through Clerk's Backend API, as an application would: faults of it strike here, too. */
export async function signUp(
  { email, firstName, lastName }: Of<'sign-up'>,
  place: ConsolePlace,
): Promise<ActionResult> {
  const body = { email_address: [email], first_name: firstName, last_name: lastName };
  const answer = await backend(place, 'POST', '/users', body);
  const id = asText(asRecord(answer.body)['id']);
  if (answer.status !== 200 || id === undefined) return refused(answer);
  return { ok: true, message: `${firstName.trim() || email} has signed up in Clerk.`, userId: id };
}

export async function changeUser(
  { userId, firstName, lastName }: Of<'change'>,
  place: ConsolePlace,
): Promise<ActionResult> {
  const answer = await backend(place, 'PATCH', `/users/${userId}`, { first_name: firstName, last_name: lastName });
  return answer.status === 200 ? { ok: true, message: 'Changed in Clerk.' } : refused(answer);
}

export async function ban(userId: string, verb: 'ban' | 'unban', place: ConsolePlace): Promise<ActionResult> {
  const answer = await backend(place, 'POST', `/users/${userId}/${verb}`);
  if (answer.status !== 200) return refused(answer);
  return { ok: true, message: verb === 'ban' ? 'Banned in Clerk.' : 'No longer banned in Clerk.' };
}

export async function deleteUser(userId: string, place: ConsolePlace): Promise<ActionResult> {
  const answer = await backend(place, 'DELETE', `/users/${userId}`);
  return answer.status === 200 ? { ok: true, message: 'Deleted in Clerk.' } : refused(answer);
}

function backend(
  place: ConsolePlace,
  method: NonNullable<Call['method']>,
  path: string,
  body?: unknown,
): Promise<Answer> {
  const url = `${place.clerk}/v1${path}`;
  return call({ part: 'Clerk', url, method, key: place.secretKey, ...(body !== undefined && { body }) });
}

/** Clerk says what is wrong in words for people. */
function refused({ status, body }: Answer): ActionResult {
  const [error] = asList(asRecord(body)['errors']).map(asRecord);
  const said = asText(error?.['long_message']) ?? asText(error?.['message']) ?? '';
  return { ok: false, message: `Clerk answers ${status}${said === '' ? '' : `: ${said}`}` };
}
