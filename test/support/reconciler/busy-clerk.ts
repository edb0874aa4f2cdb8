import type { SeededRandom } from '../../../infra/local/clerk/random.ts';
import { seededRandom } from '../../../infra/local/clerk/random.ts';
import type { StandInUnderTest } from '../clerk/stand-in.ts';

/** How often each thing happens among so many. */
const SHARES = { created: 4, imported: 4, renamed: 5, readdressed: 3, banned: 2, deleted: 2, returned: 1 } as const;

export type Happening = keyof typeof SHARES;

const HAPPENINGS = Object.keys(SHARES) as readonly Happening[];

/** More deletions than this, and every run of the test would be held. */
const MOST_DELETIONS = 9;

/** People who come, change and go at Clerk while others look: what happens next is decided by the seed. */
export class BusyClerk {
  readonly happened: Record<Happening, number> = {
    created: 0,
    imported: 0,
    renamed: 0,
    readdressed: 0,
    banned: 0,
    deleted: 0,
    returned: 0,
  };
  readonly #standIn: StandInUnderTest;
  readonly #random: SeededRandom;
  readonly #ids: string[];
  #count = 0;

  /** @param ids of the users whom Clerk has */
  constructor(standIn: StandInUnderTest, seed: number, ids: readonly string[]) {
    this.#standIn = standIn;
    this.#random = seededRandom(seed);
    this.#ids = [...ids];
  }

  async somethingHappens(): Promise<void> {
    const what = this.#next();
    this.happened[what] += 1;
    this.#count += 1;
    await this[what]();
  }

  async created(): Promise<void> {
    await this.#create({ email_address: [`new${this.#count}@example.com`], first_name: 'New' });
  }

  /** By somebody who moves his users to Clerk, with the dates that they had elsewhere: anywhere in the walk. */
  async imported(): Promise<void> {
    const createdAt = Date.UTC(2026, 0, 1) + Math.floor(this.#random.next() * 200 * 86_400_000);
    const user = { email_address: [`moved${this.#count}@example.com`], created_at: createdAt };
    const { ids } = await this.#control('POST', '/users/import', { users: [user], webhooks: true });
    this.#ids.push(...(ids as string[]));
  }

  async renamed(): Promise<void> {
    await this.#api('PATCH', `/users/${this.#anyone()}`, { last_name: `Renamed ${this.#count}` });
  }

  async readdressed(): Promise<void> {
    const address = { user_id: this.#anyone(), email_address: `moved.in${this.#count}@example.com` };
    await this.#api('POST', '/email_addresses', { ...address, verified: true, primary: true });
  }

  /** Which Clerk does not version. */
  async banned(): Promise<void> {
    const verb = this.#random.chance(0.7) ? 'ban' : 'unban';
    await this.#api('POST', `/users/${this.#anyone()}/${verb}`);
  }

  async deleted(): Promise<void> {
    const id = this.#anyone();
    this.#ids.splice(this.#ids.indexOf(id), 1);
    await this.#api('DELETE', `/users/${id}`);
  }

  /** Deletes the account and signs up again: another user with the same address. */
  async returned(): Promise<void> {
    const id = this.#anyone();
    const { email_addresses: addresses } = await this.#api('GET', `/users/${id}`);
    const [first] = addresses as readonly { email_address: string }[];
    this.#ids.splice(this.#ids.indexOf(id), 1);
    await this.#api('DELETE', `/users/${id}`);
    await this.#create({ email_address: [first?.email_address], first_name: 'Back' });
  }

  async #create(body: object): Promise<void> {
    const { id } = await this.#api('POST', '/users', body);
    this.#ids.push(String(id));
  }

  /** Everything once, then as the shares are. */
  #next(): Happening {
    const first = HAPPENINGS.find((name) => this.happened[name] === 0);
    if (first) return first;
    const { deleted, returned } = this.happened;
    const goes = deleted + returned < MOST_DELETIONS;
    const possible = HAPPENINGS.filter((name) => goes || (name !== 'deleted' && name !== 'returned'));
    const bag = possible.flatMap((name) => Array<Happening>(SHARES[name]).fill(name));
    return bag[Math.floor(this.#random.next() * bag.length)] ?? 'created';
  }

  #anyone(): string {
    return this.#ids[Math.floor(this.#random.next() * this.#ids.length)] ?? '';
  }

  #api(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
    return expectOk(`${method} ${path}`, this.#standIn.api(method, path, body ?? (method === 'POST' ? {} : undefined)));
  }

  #control(method: string, path: string, body: object): Promise<Record<string, unknown>> {
    return expectOk(`${method} ${path}`, this.#standIn.control(method, path, body));
  }
}

async function expectOk(
  what: string,
  asked: Promise<{ status: number; body: unknown }>,
): Promise<Record<string, unknown>> {
  const { status, body } = await asked;
  if (status !== 200) throw new Error(`${what} was answered ${status}: ${JSON.stringify(body)}`);
  return body as Record<string, unknown>;
}
