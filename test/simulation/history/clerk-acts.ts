import type { Draws } from '../draws.ts';
import type { Person } from '../world/people.ts';
import { asJson } from '../world/people.ts';
import type { ActKind } from './plan.ts';
import type { Simulation } from './simulation.ts';

const DOMAINS = ['example.com', 'Example.org'];
const NAMES = ['ada', 'grace', 'alan', 'edsger', 'barbara', 'donald', 'tony', 'leslie'];

/** What happens in Clerk, and what its webhooks say of it. */
export class ClerkActs {
  readonly #simulation: Simulation;
  readonly #draws: Draws;

  constructor(simulation: Simulation, draws: Draws) {
    this.#simulation = simulation;
    this.#draws = draws;
  }

  /** @returns whether the act is one of Clerk's */
  perform(kind: ActKind): boolean {
    const doing = this.#doings()[kind];
    doing?.();
    return doing !== undefined;
  }

  /** A new user of Clerk's. */
  create(over: Partial<Person> = {}, isAnnounced = true): Person {
    const { people, scheduler } = this.#simulation;
    const id = `user_${this.#simulation.newcomer()}`;
    const { now } = scheduler;
    const draws = this.#draws;
    const isVerified = draws.chance(0.85);
    const person: Person = {
      id,
      firstName: draws.pick([...NAMES, null]),
      lastName: draws.pick([...NAMES, null]),
      imageUrl: null,
      ...this.#address(isVerified),
      username: this.#username(),
      externalId: null,
      banned: false,
      deprovisioned: false,
      locked: false,
      metadata: {},
      createdAt: now,
      updatedAt: now,
      ...over,
    };
    people.put(person);
    if (isAnnounced) this.#say('user.created', person);
    return person;
  }

  #doings(): Partial<Record<ActKind, () => void>> {
    const draws = this.#draws;
    const { weather, people } = this.#simulation;
    return {
      create: () => void this.create(),
      import: () => this.#import(),
      rename: () =>
        this.#change(() => ({
          firstName: draws.pick([...NAMES, null]),
          imageUrl: `https://img.example/${draws.between(1, 99)}`,
        })),
      'change-email': () => this.#change(() => this.#address(draws.chance(0.8))),
      'change-username': () => this.#change(() => ({ username: this.#username() })),
      'change-metadata': () =>
        this.#change(() => ({ metadata: { cohort: draws.pick(['a', 'b']), n: draws.between(1, 9) } })),
      'swap-emails': () => this.#swap(),
      'twin-changes': () => this.#twins(),
      ban: () => this.#change(() => ({ banned: true }), draws.chance(0.5)),
      unban: () =>
        this.#change(
          () => ({ banned: false }),
          draws.chance(0.5),
          ({ banned }) => banned,
        ),
      lock: () => this.#change(({ locked }) => ({ locked: !locked }), draws.chance(0.5)),
      deprovision: () => this.#change(({ deprovisioned }) => ({ deprovisioned: !deprovisioned })),
      delete: () => this.#delete(draws.pick(people.living())),
      purge: () => {
        weather.begin('webhooks-dropped', 1, 1);
        for (let n = draws.between(2, 6); n > 0; n -= 1) this.#delete(draws.pick(people.living()));
      },
      'mistaken-deletion': () => {
        const person = draws.pick(people.living());
        if (person) this.#sayDeleted(person.id);
      },
    };
  }

  /** Users with one creation time in the past, some of whom Clerk does not announce. */
  #import(): void {
    const createdAt = this.#simulation.scheduler.now - this.#draws.between(1, 400) * 86_400_000;
    for (let n = this.#draws.between(2, 5); n > 0; n -= 1) this.create({ createdAt }, this.#draws.chance(0.5));
  }

  /** @param isVersioned whether Clerk's `updated_at` says so: of a ban nobody knows */
  #change(
    change: (person: Person) => Partial<Person>,
    isVersioned = true,
    isMeant: (person: Person) => boolean = () => true,
  ): void {
    const { people, scheduler } = this.#simulation;
    const person = this.#draws.pick(people.living().filter(isMeant));
    if (!person) return;
    const updatedAt = isVersioned ? Math.max(scheduler.now, person.updatedAt) : person.updatedAt;
    const next = { ...person, ...change(person), updatedAt };
    people.put(next);
    this.#say('user.updated', next);
  }

  /** Two changes at once: within one millisecond Clerk's `updated_at` cannot tell which was last. */
  #twins(): void {
    const person = this.#draws.pick(this.#simulation.people.living());
    if (!person) return;
    const { scheduler } = this.#simulation;
    const apart = this.#draws.pick([0, 1, 3]);
    for (const n of [0, 1]) scheduler.at(scheduler.now + n * apart, () => this.#twin(person.id, n));
  }

  #twin(id: string, n: number): void {
    const { people, scheduler } = this.#simulation;
    const person = people.get(id);
    if (!person) return;
    const firstName = `${this.#draws.pick(NAMES)} ${n}`;
    const next = { ...person, firstName, updatedAt: Math.max(scheduler.now, person.updatedAt) };
    people.put(next);
    this.#say('user.updated', next);
  }

  #swap(): void {
    const { people, scheduler } = this.#simulation;
    const verified = people.living().filter(({ isVerified, email }) => isVerified && email !== null);
    const one = this.#draws.pick(verified);
    const other = this.#draws.pick(verified.filter(({ id }) => id !== one?.id));
    if (!one || !other) return;
    const updatedAt = Math.max(scheduler.now, one.updatedAt, other.updatedAt);
    const swapped = [
      { ...one, email: other.email, updatedAt },
      { ...other, email: one.email, updatedAt },
    ];
    for (const person of swapped) people.put(person);
    for (const person of swapped) this.#say('user.updated', person);
  }

  #delete(person: Person | undefined): void {
    if (!person) return;
    this.#simulation.people.remove(person.id);
    this.#sayDeleted(person.id);
  }

  #say(type: string, person: Person): void {
    this.#simulation.chronicle.tell('clerk', `${type} of ${person.id}`);
    this.#simulation.svix.announce(type, asJson(person));
  }

  #sayDeleted(id: string): void {
    this.#simulation.chronicle.tell('clerk', `user.deleted of ${id}`);
    this.#simulation.svix.announce('user.deleted', { object: 'user', id, deleted: true });
  }

  /** Few addresses, so that they come again: of verified ones each belongs to one user, as Clerk sees to it. */
  #address(isVerified: boolean): Pick<Person, 'email' | 'isVerified'> {
    if (this.#draws.chance(0.05)) return { email: null, isVerified: false };
    const email = `${this.#draws.pick(NAMES)}@${this.#draws.pick(DOMAINS)}`;
    const isFree = !this.#simulation.people.isTaken(email);
    if (!isVerified || isFree) return { email, isVerified };
    return { email: `${this.#draws.pick(NAMES)}${this.#draws.between(1, 999_999)}@example.net`, isVerified: true };
  }

  #username(): string | null {
    const name = this.#draws.pick([null, null, ...NAMES]);
    const isTaken = this.#simulation.people.living().some(({ username }) => username === name);
    return isTaken ? null : name;
  }
}
