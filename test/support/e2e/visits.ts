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
export async function forgedVisits({ world }: AlarmedCloud, count: number): Promise<void> {
  const [head, body, signature = ''] = (await world.token('user_nobody')).split('.');
  const numbers = Array.from({ length: count }, (_, n) => n.toString(36).padStart(6, 'A'));
  const answers = await inParallel(numbers, AT_ONCE, (number) =>
    world.get('/whoami', `${head}.${body}.${number}${signature.slice(number.length)}`),
  );
  expect(answers.filter(({ status }) => status !== 401)).toEqual([]);
}
