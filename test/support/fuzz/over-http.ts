import { setTimeout as sleep } from 'node:timers/promises';
import { signedWebhook } from '../e2e/signed-webhook.ts';
import type { StackFile } from '../../../infra/local/stack-file.ts';
import type { AdminRequest } from './admin.ts';
import type { HealthRequest } from './health.ts';
import { CANARY } from './hostile.ts';
import { bodyParts } from './users.ts';
import type { UsersRequest } from './users.ts';

/** A webhook that Clerk has signed, whatever it says, to a running API. */
export async function sendWebhook({ api, webhookSecrets }: StackFile, text: string): Promise<string> {
  const { body, headers } = signedWebhook(webhookSecrets[0] ?? '', text.toWellFormed());
  const response = await fetch(`${api}/webhooks/clerk`, { method: 'POST', body, headers });
  const answer = await response.text();
  if (![200, 413].includes(response.status)) throw new Error(`It was answered ${response.status}: ${answer}`);
  const { outcome = 'refused' } = JSON.parse(answer) as { outcome?: string };
  return outcome;
}

/** A signed-in user's request. */
export async function sendUsersRequest(
  { api }: StackFile,
  token: string,
  { routeKey, sent }: UsersRequest,
): Promise<string> {
  const [method = '', path = ''] = routeKey.split(' ');
  const { body } = bodyParts({ ...sent, isBase64Encoded: false });
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  return judged(
    method,
    fetch(`${api}${path}`, { method, headers, ...(method !== 'GET' && { body: body?.toWellFormed() ?? '' }) }),
  );
}

/** A question to health, from anybody; a body it cannot have over HTTP. */
export async function sendHealthRequest({ api }: StackFile, { routeKey, query = {} }: HealthRequest): Promise<string> {
  await sleep(BETWEEN_MS);
  const [method = '', path = ''] = routeKey.split(' ');
  return judged(method, fetch(urlWith(`${api}${path}`, query)));
}

/** The administrative routes and those of health take ten requests a second. */
const BETWEEN_MS = 110;

export async function sendAdminRequest({ api, adminApiKey }: StackFile, request: AdminRequest): Promise<string> {
  await sleep(BETWEEN_MS);
  const { routeKey, sent, query = {}, path = {} } = request;
  const [method = '', pattern = ''] = routeKey.split(' ');
  const filled = pattern.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent((path[name] ?? '').toWellFormed()),
  );
  const url = urlWith(`${api}${filled}`, query);
  const type = routeKey.endsWith('import') ? 'text/csv' : 'application/json';
  const headers = { authorization: `Bearer ${adminApiKey}`, 'content-type': type };
  const { body } = bodyParts({ ...sent, isBase64Encoded: false });
  return judged(method, fetch(url, { method, headers, ...(method !== 'GET' && { body: body?.toWellFormed() ?? '' }) }));
}

function urlWith(address: string, query: Readonly<Record<string, string | undefined>>): URL {
  const url = new URL(address);
  for (const [name, value = ''] of Object.entries(query))
    url.searchParams.set(name.toWellFormed(), value.toWellFormed());
  return url;
}

async function judged(what: string, answering: Promise<Response>): Promise<string> {
  const response = await answering;
  const body = await response.text();
  if (response.status >= 500) throw new Error(`It was answered ${response.status}: ${body}`);
  if (response.status >= 400 && body.includes(CANARY)) throw new Error(`The refusal says what was sent: ${body}`);
  return `${what} ${response.status}`;
}

/** Lines of the functions' logs that say what was sent, or tell of an error that nobody has foreseen. */
export async function tellingLines({ api }: StackFile): Promise<readonly string[]> {
  const entries = (await (await fetch(`${api}/__local/logs?limit=10000`)).json()) as readonly { line: string }[];
  return entries.map(({ line }) => line).filter((line) => line.includes(CANARY) || line.includes('unexpected error'));
}
