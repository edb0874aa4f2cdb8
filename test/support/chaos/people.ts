import type { SeededRandom } from '../../../infra/local/clerk/random.ts';

/** What the load knows of a user. */
export interface Person {
  readonly id: string;
  email: string;
  state: 'active' | 'banned' | 'deleted';
  /** Tokens minted so far that have not expired: the older ones say what she was then. */
  readonly tokens: { readonly text: string; readonly at: number }[];
  /**
   * What each attribute of `app` may be: the value that was acknowledged last, and those of changes whose outcome nobody knows.
   * A name that is not here was never sent.
   */
  readonly app: Map<string, ReadonlySet<string | undefined>>;
  /** Names whose change is under way: two of one name would come in an order that nobody knows. */
  readonly changing: Set<string>;
}

export class People {
  readonly #all: Person[] = [];
  readonly #freeAddresses: string[] = [];
  readonly #most: number;
  #count = 0;

  /** @param most how many there may be who are not deleted */
  constructor(most = Infinity) {
    this.#most = most;
  }

  get isFull(): boolean {
    return this.#all.filter(({ state }) => state !== 'deleted').length >= this.#most;
  }

  get all(): readonly Person[] {
    return this.#all;
  }

  add(id: string, email: string): void {
    this.#all.push({ id, email, state: 'active', tokens: [], app: new Map(), changing: new Set() });
  }

  /** Anybody, or somebody in one of these states. */
  pick(random: SeededRandom, states: readonly Person['state'][]): Person | undefined {
    const fit = this.#all.filter(({ state }) => states.includes(state));
    return fit[Math.floor(random.next() * fit.length)];
  }

  /** An address that nobody has: sometimes one that somebody else had before. */
  freeAddress(random: SeededRandom): string {
    const used = random.chance(0.3) ? this.#freeAddresses.shift() : undefined;
    this.#count += 1;
    return used ?? `person${this.#count}@chaos.example`;
  }

  release(address: string): void {
    this.#freeAddresses.push(address);
  }
}

/** What came of a change, as far as whoever sent it can know. */
export type Outcome = 'acknowledged' | 'refused' | 'unknown';

/** A change of an attribute was sent; the outcome decides what it may be now. */
export function noteChange(person: Person, name: string, value: string, outcome: Outcome): void {
  const before = person.app.get(name) ?? new Set([undefined]);
  if (outcome === 'acknowledged') person.app.set(name, new Set([value]));
  if (outcome === 'unknown') person.app.set(name, new Set([...before, value]));
}
