import { asRecord, asText } from '../../cloud/json.ts';
import type { ActionResult } from '../contract.ts';
import type { ConsolePlace } from '../place.ts';
import { call, Unreachable } from '../sources/call.ts';

/** A request as her application would send it: a fresh session token, and `GET /whoami` behind the authorizer. */
export async function visit(userId: string, { clerk, api }: ConsolePlace): Promise<ActionResult> {
  const minted = await call({ part: 'Clerk', url: `${clerk}/__local/tokens`, method: 'POST', body: { userId } });
  const token = asText(asRecord(minted.body)['token']);
  if (token === undefined) throw new Unreachable('Clerk', `mints no token: it answers ${minted.status}`);
  const { status } = await call({ part: 'The API', url: `${api}/whoami`, key: token, timeoutMs: 30_000 });
  return { ok: status === 200, message: MEANINGS[status] ?? `GET /whoami answers ${status}.` };
}

const MEANINGS: Readonly<Record<number, string>> = {
  200: 'GET /whoami answers 200: she is let in, with her row on the request.',
  401: 'GET /whoami answers 401: her token is not accepted.',
  403: 'GET /whoami answers 403: her token is good, and she is refused all the same.',
};
