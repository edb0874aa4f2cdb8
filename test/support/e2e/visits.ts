import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { AlarmedCloud } from './alarmed-cloud.ts';
import { inParallel } from './in-parallel.ts';

/** As many processes as a function of the local cloud has at most. */
const AT_ONCE = 10;

/** One request each, with these claims in the token. @returns their statuses */
export function visits({ world }: AlarmedCloud, ids: readonly string[], claims: object = {}): Promise<number[]> {
  return inParallel(ids, AT_ONCE, async (id) => (await world.get('/whoami', await world.token(id, { claims }))).status);
}

/** Requests with forged tokens, no two alike, each of them refused. */
export async function forgedVisits({ world, stack }: AlarmedCloud, count: number): Promise<void> {
  const [head, body, signature = ''] = (await world.token('user_nobody')).split('.');
  const numbers = Array.from({ length: count }, (_, n) => n.toString(36).padStart(6, 'A'));
  // A hundred thousand of them: `fetch` takes twice as much of a processor for one.
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const statuses = await inParallel(numbers, AT_ONCE, (number) =>
    statusPastThrottle(`${stack.file.api}/whoami`, `${head}.${body}.${number}${signature.slice(number.length)}`, agent),
  );
  agent.destroy();
  expect(statuses.filter((status) => status !== 401)).toEqual([]);
}

/** A machine that is fast enough is throttled by the stage: what never came to the authorizer comes again. */
async function statusPastThrottle(url: string, token: string, agent: Agent): Promise<number | undefined> {
  for (;;) {
    const status = await statusOf(url, token, agent);
    if (status !== 429) return status;
    await sleep(100);
  }
}

function statusOf(url: string, token: string, agent: Agent): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent, headers: { authorization: `Bearer ${token}` } }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode));
    });
    sent.once('error', reject);
    sent.end();
  });
}
