import type { LocalStack } from '../../../infra/local/local-stack.ts';
import type { ReceivedWebhook } from '../clerk/webhook-receiver.ts';
import { startWebhookReceiver } from '../clerk/webhook-receiver.ts';

/** A message that Clerk has sent to somebody else so far: its id, and its body to the letter. */
export type Message = Pick<ReceivedWebhook, 'id' | 'raw'>;

export interface HistorySize {
  readonly users: number;
  readonly events: number;
  /** How addresses begin, so that two histories do not share any. */
  readonly name: string;
}

/** Of a history's users one in so many is deleted in the end, and one in so many banned, which Clerk does not version. */
const DELETED_ONE_IN = 10;
const BANNED_ONE_IN = 20;

/** Of its changes one in so many comes by the Backend API, whose rate limit the functions share. */
const BY_API_ONE_IN = 6;

/**
 * Has the stand-in for Clerk make a history of creations, changes, bans and deletions, and catches every message that tells
 * of it. Clerk then stands at the end of the history, and nobody else has heard of it.
 */
export async function makeHistory(stack: LocalStack, size: HistorySize): Promise<readonly Message[]> {
  await using receiver = await startWebhookReceiver();
  stack.clerk.setWebhookEndpoints([receiver.url]);
  const ids = await importUsers(stack, size);
  const deleted = ids.filter((_id, at) => at % DELETED_ONE_IN === 0);
  const banned = ids.filter((_id, at) => at % BANNED_ONE_IN === 1);
  const changes = size.events - ids.length - banned.length - deleted.length;
  for (let change = 0; change < changes; change += 1) await changeUser(stack, ids[change % ids.length] ?? '', change);
  for (const id of banned) await call(`${stack.file.clerk}/v1/users/${id}/ban`, 'POST', {}, stack.file.secretKey);
  for (const id of deleted) await call(`${stack.file.clerk}/v1/users/${id}`, 'DELETE', {}, stack.file.secretKey);
  while (receiver.received.length < size.events) await call(`${stack.file.clerk}/__local/webhooks/flush`, 'POST');
  stack.clerk.setWebhookEndpoints([]);
  return receiver.received.map(({ id, raw }) => ({ id, raw }));
}

async function importUsers({ file }: LocalStack, { users, name }: HistorySize): Promise<readonly string[]> {
  const bodies = Array.from({ length: users }, (_, at) => ({
    email_address: [`${name}${at}@example.com`],
    first_name: `First${at}`,
  }));
  const answer = await call(`${file.clerk}/__local/users/import`, 'POST', { users: bodies, webhooks: true });
  return (answer as { ids: string[] }).ids;
}

function changeUser({ file }: LocalStack, id: string, change: number): Promise<unknown> {
  if (change % BY_API_ONE_IN === 0) {
    const body = { first_name: `Changed${change}`, public_metadata: { change } };
    return call(`${file.clerk}/v1/users/${id}`, 'PATCH', body, file.secretKey);
  }
  const body = { image_url: `https://img.example.com/${change}.png` };
  return call(`${file.clerk}/__local/users/${id}`, 'PATCH', body);
}

async function call(url: string, method: string, body?: object, secretKey?: string): Promise<unknown> {
  const headers = { 'content-type': 'application/json', ...(secretKey && { authorization: `Bearer ${secretKey}` }) };
  const response = await fetch(url, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  const answer: unknown = await response.json();
  if (!response.ok) throw new Error(`${method} ${url} was answered ${response.status}: ${JSON.stringify(answer)}`);
  return answer;
}
