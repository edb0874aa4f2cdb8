import { parseClerkUser } from '../../../shared/adapters/clerk/clerk-user.ts';
import type { MemoryUserDirectory } from '../../../shared/adapters/memory/user-directory.ts';
import { createMemoryUserDirectory } from '../../../shared/adapters/memory/user-directory.ts';
import type { JsonObject } from '../../../shared/domain/json.ts';
import { normaliseName } from '../../../shared/domain/user.ts';
import type { DirectoryUser } from '../../../shared/ports/user-directory.ts';
import { drawsOf } from '../draws.ts';

export const INSTANCE = 'ins_simulated';

/** A user as Clerk keeps one, at one moment. */
export interface Person {
  readonly id: string;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly imageUrl: string | null;
  readonly email: string | null;
  readonly isVerified: boolean;
  readonly username: string | null;
  readonly externalId: string | null;
  readonly banned: boolean;
  readonly deprovisioned: boolean;
  readonly locked: boolean;
  readonly metadata: JsonObject;
  /** ms. */
  readonly createdAt: number;
  /** ms. */
  readonly updatedAt: number;
}

interface Life {
  /** Every state, with the time from which it was true, ms. */
  readonly states: { readonly from: number; readonly person: Person }[];
  deletedAt: number | undefined;
}

/** Clerk's users: the truth that the table must come to. */
export class People {
  readonly directory: MemoryUserDirectory;
  readonly #lives = new Map<string, Life>();
  readonly #now: () => number;

  /** @param now Clerk's clock, ms, which is the true one */
  constructor(seed: number, now: () => number) {
    this.#now = now;
    const tie = (id: string): number => drawsOf(seed, 'tie', id).next();
    this.directory = createMemoryUserDirectory({
      instanceId: INSTANCE,
      compareTies: (a, b) => tie(a.id) - tie(b.id),
    });
  }

  /** Who exists now, in the order in which they came. */
  living(): readonly Person[] {
    return [...this.#lives.values()].flatMap((life) => (life.deletedAt === undefined ? [lastOf(life)] : []));
  }

  get(id: string): Person | undefined {
    const life = this.#lives.get(id);
    return life?.deletedAt === undefined ? life && lastOf(life) : undefined;
  }

  /** Who was deleted less than `ms` ago, as they were last. */
  deletedWithin(ms: number): readonly Person[] {
    const since = this.#now() - ms;
    return [...this.#lives.values()].flatMap((life) =>
      life.deletedAt !== undefined && life.deletedAt >= since ? [lastOf(life)] : [],
    );
  }

  deletedAt(id: string): number | undefined {
    return this.#lives.get(id)?.deletedAt;
  }

  hasEverBeen(id: string): boolean {
    return this.#lives.has(id);
  }

  /** When Clerk got the user, ms: not the creation time that it tells, which an import may set. */
  cameAt(id: string): number {
    return this.#lives.get(id)?.states[0]?.from ?? Number.POSITIVE_INFINITY;
  }

  /** Every state that a user has been in, the latest last. */
  statesOf(id: string): readonly Person[] {
    return (this.#lives.get(id)?.states ?? []).map(({ person }) => person);
  }

  put(person: Person): void {
    const life = this.#lives.get(person.id) ?? { states: [], deletedAt: undefined };
    life.states.push({ from: this.#now(), person });
    this.#lives.set(person.id, life);
    this.directory.put(asRead(person));
  }

  remove(id: string): void {
    const life = this.#lives.get(id);
    if (life) life.deletedAt = this.#now();
    this.directory.remove(id);
  }

  /** A user as a replica of Clerk's that is behind has one. */
  asOf(id: string, time: number): DirectoryUser | undefined {
    const life = this.#lives.get(id);
    if (!life || (life.deletedAt !== undefined && life.deletedAt <= time)) return undefined;
    const state = life.states.findLast(({ from }) => from <= time);
    return state && asRead(state.person);
  }

  /** Whether somebody who exists has this address as a verified one. */
  isTaken(email: string): boolean {
    const name = normaliseName(email);
    return this.living().some((each) => each.isVerified && each.email !== null && normaliseName(each.email) === name);
  }

  /** Whether Clerk has ever verified this address for this user. */
  hasVerified(id: string, email: string): boolean {
    return this.statesOf(id).some(
      (each) => each.isVerified && each.email !== null && normaliseName(each.email) === email,
    );
  }
}

function lastOf({ states }: Life): Person {
  return states.at(-1)!.person;
}

/** A user as Clerk's API and webhooks give one. A field that nobody knows yet is in it: it must never break anything. */
export function asJson(person: Person): JsonObject {
  const { id, email, isVerified } = person;
  const addressId = `idn_${id}`;
  return {
    object: 'user',
    id,
    first_name: person.firstName,
    last_name: person.lastName,
    image_url: person.imageUrl,
    username: person.username,
    external_id: person.externalId,
    banned: person.banned,
    deprovisioned: person.deprovisioned,
    locked: person.locked,
    public_metadata: person.metadata,
    created_at: person.createdAt,
    updated_at: person.updatedAt,
    primary_email_address_id: email === null ? null : addressId,
    email_addresses:
      email === null
        ? []
        : [
            {
              id: addressId,
              email_address: email,
              verification: isVerified ? { status: 'verified', strategy: 'email_code' } : null,
            },
          ],
    added_by_clerk_next_year: { nested: [1, 2, 3] },
  };
}

/** A user as the product's own reader of Clerk's answers makes her. */
export function asRead(person: Person): DirectoryUser {
  const parsed = parseClerkUser(asJson(person));
  if (!parsed.ok) throw new Error(`The world made a user that cannot be read: ${parsed.reason}.`);
  return parsed.user;
}
