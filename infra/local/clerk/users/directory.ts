import type { LocalClock } from '../../clock.ts';
import { identifierTaken, resourceNotFound } from '../http/clerk-problem.ts';
import { sameJson } from '../json.ts';
import type { JsonObject } from '../json.ts';
import { ClaimTakenError } from './claims.ts';
import { renderDeletedUser, renderWebhookUser } from './render.ts';
import type { UserStore } from './user-store.ts';
import type { StoredUser } from './user.ts';

export type UserEventType = 'user.created' | 'user.updated' | 'user.deleted';

/** The request that caused an event, as webhooks tell it in `event_attributes`. */
export interface Cause {
  readonly clientIp: string;
  readonly userAgent: string;
}

export interface UserEvent {
  readonly type: UserEventType;
  readonly userId: string;
  readonly data: JsonObject;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly cause: Cause;
}

export interface DirectoryDependencies {
  readonly store: UserStore;
  readonly clock: LocalClock;
  /** Takes what webhooks are to tell. */
  readonly publish: (event: UserEvent) => void;
  /** Called after every change, also one that no webhook tells. */
  readonly changed: () => void;
}

export interface ChangeOptions {
  /** False leaves `updated_at` as it is. */
  readonly raisesUpdatedAt?: boolean;
  /** False tells nobody. */
  readonly publishes?: boolean;
}

/** Every change to a user goes through here: it keeps `updated_at`, sends the webhook and marks the state as changed. */
export class UserDirectory {
  readonly #deps: DirectoryDependencies;

  constructor(deps: DirectoryDependencies) {
    this.#deps = deps;
  }

  /** @throws HttpProblem 404 `resource_not_found`. */
  require(id: string): StoredUser {
    const user = this.#deps.store.get(id);
    if (user === undefined) throw resourceNotFound('user', id);
    return user;
  }

  /** @throws HttpProblem 404 `resource_not_found`. */
  requireOwnerOfEmail(emailId: string): StoredUser {
    const user = this.#deps.store.ownerOfEmailId(emailId);
    if (user === undefined) throw resourceNotFound('email address', emailId);
    return user;
  }

  /** @throws HttpProblem 422 when another user has one of the identifiers; then none was added. */
  add(users: readonly StoredUser[], cause: Cause, publishes = true): void {
    const [only] = users;
    // One user goes into the sorted lists by position; many are sorted in once.
    if (users.length === 1 && only !== undefined && this.#deps.store.get(only.id) === undefined) {
      translateClaims(() => this.#deps.store.put(only));
    } else {
      translateClaims(() => this.#deps.store.addAll(users));
    }
    for (const user of publishes ? users : []) this.#publish('user.created', user, cause);
    this.#deps.changed();
  }

  /**
   * Changes a user. A change that alters nothing raises no `updated_at` and sends no webhook.
   * @throws HttpProblem 404 for an unknown user, 422 for an identifier that another user has.
   */
  change(id: string, cause: Cause, next: (user: StoredUser) => StoredUser, options: ChangeOptions = {}): StoredUser {
    const before = this.require(id);
    const after = next(before);
    if (sameJson(before, after)) return before;
    const { raisesUpdatedAt = true, publishes = true } = options;
    const changed = raisesUpdatedAt ? { ...after, updatedAt: this.#later(before.updatedAt) } : after;
    translateClaims(() => this.#deps.store.put(changed));
    if (publishes) this.#publish('user.updated', changed, cause);
    this.#deps.changed();
    return changed;
  }

  /** @throws HttpProblem 404 `resource_not_found`. */
  delete(id: string, cause: Cause): JsonObject {
    const user = this.require(id);
    this.#deps.store.remove(user);
    this.#publish('user.deleted', user, cause);
    this.#deps.changed();
    return renderDeletedUser(user);
  }

  /** Two changes in one millisecond still get two times: `updated_at` orders the states of a user. */
  #later(previous: number): number {
    return Math.max(Math.floor(this.#deps.clock.now()), previous + 1);
  }

  #publish(type: UserEventType, user: StoredUser, cause: Cause): void {
    const at = Math.floor(this.#deps.clock.now());
    const data = type === 'user.deleted' ? renderDeletedUser(user) : renderWebhookUser(user, at);
    this.#deps.publish({ type, userId: user.id, data, at, cause });
  }
}

function translateClaims(change: () => void): void {
  try {
    change();
  } catch (error) {
    throw error instanceof ClaimTakenError ? identifierTaken(error.kind) : error;
  }
}
