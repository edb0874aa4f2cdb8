import { setTimeout as sleep } from 'node:timers/promises';
import type { SeededRandom } from '../../../infra/local/clerk/random.ts';
import { seededRandom } from '../../../infra/local/clerk/random.ts';
import type { Act, Scene } from './acts.ts';
import { ACTS } from './acts.ts';

/** What was done, and how often it was answered with which status. */
export class Tally {
  readonly #counts = new Map<string, Map<number, number>>();

  note(name: string, status: number): void {
    const statuses = this.#counts.get(name) ?? new Map<number, number>();
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    this.#counts.set(name, statuses);
  }

  get acts(): number {
    return [...this.#counts.keys()].reduce((sum, name) => sum + this.of(name), 0);
  }

  /** How often something was done, and, with a status, how often it was answered with it. */
  of(name: string, status?: number): number {
    const statuses = this.#counts.get(name) ?? new Map<number, number>();
    if (status !== undefined) return statuses.get(status) ?? 0;
    return [...statuses.values()].reduce((sum, count) => sum + count, 0);
  }

  lines(): string[] {
    const byName = [...this.#counts].toSorted(([a], [b]) => (a < b ? -1 : 1));
    return byName.map(([name, statuses]) => {
      const told = [...statuses].toSorted(([a], [b]) => a - b).map(([status, count]) => `${status}: ${count}`);
      return `  ${name.padEnd(30)} ${told.join(', ')}`;
    });
  }
}

export interface LoadOptions {
  readonly seed: number;
  readonly workers: number;
  /** How long a worker waits between two acts at most, ms. */
  readonly pauseMs: number;
  readonly until: AbortSignal;
  readonly tally: Tally;
}

/** Those who are there from the start: their first webhooks are on their way. */
export async function moveIn({ cloud, people, random }: Scene, count: number): Promise<void> {
  const emails = Array.from({ length: count }, () => people.freeAddress(random));
  const users = emails.map((email) => ({ email_address: [email], first_name: 'Oldtimer' }));
  const { status, body } = await cloud.world.control('POST', 'users/import', { users, webhooks: true });
  const ids: unknown[] = Array.isArray(body['ids']) ? body['ids'] : [];
  if (status !== 200 || ids.length !== count) throw new Error(`The import was answered ${status}.`);
  for (const [n, email] of emails.entries()) people.add(String(ids[n]), email);
}

/** Does one thing after the other at random, several at a time, until it is told to end. */
export async function runLoad(scene: Omit<Scene, 'random'>, options: LoadOptions): Promise<void> {
  const { seed, workers, pauseMs, until, tally } = options;
  const work = async (worker: number): Promise<void> => {
    const random = seededRandom(seed + worker * 7_919);
    while (!until.aborted) {
      const [name, act] = drawAct(random);
      const status = await act({ ...scene, random });
      if (status !== undefined) tally.note(name, status);
      await sleep(random.next() * pauseMs);
    }
  };
  await Promise.all(Array.from({ length: workers }, (_, worker) => work(worker)));
}

const WHOLE = ACTS.reduce((sum, [, share]) => sum + share, 0);

function drawAct(random: SeededRandom): [string, Act] {
  let draw = random.next() * WHOLE;
  const drawn = ACTS.find(([, share]) => (draw -= share) < 0);
  if (!drawn) throw new Error('The shares of the acts do not add up.');
  return [drawn[0], drawn[2]];
}
