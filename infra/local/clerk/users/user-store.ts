import { SortedList } from '../sorted-list.ts';
import type { Compare } from '../sorted-list.ts';
import { ClaimTakenError, Claims } from './claims.ts';
import type { ClaimKind } from './claims.ts';
import { compareUsers } from './order.ts';
import type { OrderField } from './order.ts';
import type { StoredUser } from './user.ts';

/** Deleted users whose last state is kept, so that their still valid tokens can be minted. */
const REMEMBERED_DELETIONS = 10_000;

/** All users of the instance, in memory, with what listing 100,000 of them quickly needs. */
export class UserStore {
  readonly seed: number;
  readonly #users = new Map<string, StoredUser>();
  readonly #deleted = new Map<string, StoredUser>();
  readonly #emailOwners = new Map<string, string>();
  readonly #claims = new Claims();
  readonly #byCreation: SortedList<StoredUser>;
  readonly #byUpdate: SortedList<StoredUser>;
  /** At which revision a user was last put or removed. */
  readonly #changedAt = new Map<string, number>();
  #revision = 0;
  /** The other orders are sorted when asked for and kept until a user changes. */
  readonly #otherOrders = new Map<OrderField, readonly StoredUser[]>();

  /** @param seed Decides the order of users with equal values. */
  constructor(seed: number) {
    this.seed = seed;
    this.#byCreation = new SortedList(compareUsers('created_at', seed));
    this.#byUpdate = new SortedList(compareUsers('updated_at', seed));
  }

  get size(): number {
    return this.#users.size;
  }

  /** How often anything has changed. */
  get revision(): number {
    return this.#revision;
  }

  /** Ids of the users who were put or removed after a revision. */
  changedAfter(revision: number): string[] {
    return [...this.#changedAt].flatMap(([id, at]) => (at > revision ? [id] : []));
  }

  get(id: string): StoredUser | undefined {
    return this.#users.get(id);
  }

  /** The user, or what was last known of her if she was deleted. */
  lastKnown(id: string): StoredUser | undefined {
    return this.#users.get(id) ?? this.#deleted.get(id);
  }

  ownerOf(kind: ClaimKind, value: string): string | undefined {
    return this.#claims.ownerOf(kind, value);
  }

  /** The user who has the email address with this id (`idn_…`). */
  ownerOfEmailId(emailId: string): StoredUser | undefined {
    const owner = this.#emailOwners.get(emailId);
    return owner === undefined ? undefined : this.get(owner);
  }

  all(): Iterable<StoredUser> {
    return this.#users.values();
  }

  deleted(): Iterable<StoredUser> {
    return this.#deleted.values();
  }

  compare(field: OrderField): Compare<StoredUser> {
    return compareUsers(field, this.seed);
  }

  /** All users, ascending by a field. The list is the store's own: read it at once, do not keep it. */
  sortedBy(field: OrderField): readonly StoredUser[] {
    if (field === 'created_at') return this.#byCreation.items;
    if (field === 'updated_at') return this.#byUpdate.items;
    const sorted = this.#otherOrders.get(field) ?? this.#byCreation.items.toSorted(this.compare(field));
    this.#otherOrders.set(field, sorted);
    return sorted;
  }

  /** @throws ClaimTakenError; then none of the users was added. */
  addAll(users: readonly StoredUser[]): void {
    const added: StoredUser[] = [];
    try {
      for (const user of users) {
        if (this.#users.has(user.id)) throw new ClaimTakenError('id');
        this.#link(undefined, user);
        added.push(user);
      }
    } catch (error) {
      for (const user of added) this.#link(user, undefined);
      throw error;
    }
    this.#byCreation.addAll(added);
    this.#byUpdate.addAll(added);
  }

  /** @throws ClaimTakenError; then nothing was changed. */
  put(user: StoredUser): void {
    const before = this.get(user.id);
    this.#link(before, user);
    if (before !== undefined) this.#unsort(before);
    this.#byCreation.add(user);
    this.#byUpdate.add(user);
  }

  remove(user: StoredUser): void {
    this.#link(user, undefined);
    this.#unsort(user);
    this.rememberDeleted(user);
  }

  rememberDeleted(user: StoredUser): void {
    this.#deleted.set(user.id, user);
    const oldest = this.#deleted.keys().next().value;
    if (this.#deleted.size > REMEMBERED_DELETIONS && oldest !== undefined) this.#deleted.delete(oldest);
  }

  #unsort(user: StoredUser): void {
    this.#byCreation.remove(user);
    this.#byUpdate.remove(user);
  }

  #link(before: StoredUser | undefined, after: StoredUser | undefined): void {
    this.#claims.move(before, after);
    this.#revision += 1;
    this.#changedAt.set(after?.id ?? before?.id ?? '', this.#revision);
    this.#otherOrders.clear();
    for (const { id } of before?.emails ?? []) this.#emailOwners.delete(id);
    for (const { id } of after?.emails ?? []) this.#emailOwners.set(id, after?.id ?? '');
    if (before !== undefined) this.#users.delete(before.id);
    if (after === undefined) return;
    this.#users.set(after.id, after);
    this.#deleted.delete(after.id);
  }
}
