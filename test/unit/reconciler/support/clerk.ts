import { createHash } from 'node:crypto';
import type { Profile, UserRecord } from '../../../../shared/domain/user.ts';
import type {
  DirectoryPage,
  DirectoryUser,
  UpdatedPage,
  UserDirectory,
} from '../../../../shared/ports/user-directory.ts';
import { CursorRefused } from '../../../../shared/ports/user-directory.ts';

/** A call of the directory, as a test may want to answer it in its own way. */
export type Call =
  | { readonly method: 'listUsers'; readonly page: DirectoryPage; readonly number: number }
  | { readonly method: 'listUpdated'; readonly offset: number; readonly number: number }
  | { readonly method: 'listUsersById'; readonly ids: readonly string[] }
  | { readonly method: 'getUser'; readonly id: string }
  | { readonly method: 'countUsers'; readonly number: number }
  | { readonly method: 'instanceId' };

/** Clerk as a test wants it: its users, the order it gives to equal creation times, and what happens at a call. */
export class ScriptedClerk implements UserDirectory {
  readonly users = new Map<string, DirectoryUser>();
  readonly calls: Call[] = [];
  instance = 'ins_test';
  /** Orders users of one creation time. */
  seed = 0;
  readonly #ties = new Map<string, number>();
  /** Runs before a call is answered; may change the users, move the clock or throw. */
  before: (call: Call) => void | Promise<void> = () => undefined;
  /** Replaces what is answered to a page or a count. */
  answerPage: (users: readonly DirectoryUser[], page: DirectoryPage) => readonly DirectoryUser[] = (users) => users;
  answerCount: (users: number, number: number) => number = (users) => users;

  add(...users: readonly DirectoryUser[]): void {
    for (const user of users) this.users.set(user.id, user);
  }

  async listUsers(page: DirectoryPage): Promise<readonly DirectoryUser[]> {
    await this.#called({ method: 'listUsers', page, number: this.count('listUsers') + 1 });
    const { limit, createdAfter = -1, startingAfter, banned = false } = page;
    if (limit < 1 || limit > 500) throw new Error(`No page has ${limit} users.`);
    const listed = [...this.users.values()]
      .filter((user) => user.record.clerkCreatedAt > createdAfter && (!banned || user.record.banned))
      .toSorted((a, b) => a.record.clerkCreatedAt - b.record.clerkCreatedAt || this.#tie(a.id) - this.#tie(b.id));
    const start = startingAfter === undefined ? 0 : listed.findIndex(({ id }) => id === startingAfter) + 1;
    if (startingAfter !== undefined && start === 0) throw new CursorRefused('There is no such cursor.');
    return this.answerPage(listed.slice(start, start + limit), page);
  }

  async listUpdated({ limit, offset }: UpdatedPage): Promise<readonly DirectoryUser[]> {
    await this.#called({ method: 'listUpdated', offset, number: this.count('listUpdated') + 1 });
    if (limit < 1 || limit > 500) throw new Error(`No page has ${limit} users.`);
    return this.lastUpdated().slice(offset, offset + limit);
  }

  /** Everybody, the last updated first. */
  lastUpdated(): DirectoryUser[] {
    return [...this.users.values()].toSorted((a, b) => b.asOf - a.asOf || this.#tie(a.id) - this.#tie(b.id));
  }

  async listUsersById(ids: readonly string[]): Promise<readonly DirectoryUser[]> {
    await this.#called({ method: 'listUsersById', ids });
    if (ids.length > 100) throw new Error(`${ids.length} ids are too many.`);
    return ids.flatMap((id) => this.users.get(id) ?? []);
  }

  async getUser(id: string): Promise<DirectoryUser | undefined> {
    await this.#called({ method: 'getUser', id });
    return this.users.get(id);
  }

  async countUsers(): Promise<number> {
    const number = this.count('countUsers') + 1;
    await this.#called({ method: 'countUsers', number });
    return this.answerCount(this.users.size, number);
  }

  async instanceId(): Promise<string> {
    await this.#called({ method: 'instanceId' });
    return this.instance;
  }

  count(method: Call['method']): number {
    return this.calls.filter((call) => call.method === method).length;
  }

  async #called(call: Call): Promise<void> {
    this.calls.push(call);
    await this.before(call);
  }

  #tie(id: string): number {
    const key = `${this.seed} ${id}`;
    const tie = this.#ties.get(key) ?? createHash('md5').update(key).digest().readUInt32BE();
    this.#ties.set(key, tie);
    return tie;
  }
}

/** 2026-01-01. */
export const EPOCH = Date.UTC(2026, 0, 1);

export interface UserOverrides {
  readonly profile?: Partial<Profile>;
  readonly record?: Partial<UserRecord>;
  readonly asOf?: number;
}

/** User number `n`, created `n` minutes after the epoch unless told otherwise. */
export function clerkUser(n: number, overrides: UserOverrides = {}): DirectoryUser {
  const createdAt = overrides.record?.clerkCreatedAt ?? EPOCH + n * 60_000;
  const email = `person${n}@example.com`;
  return {
    id: userId(n),
    profile: { email, firstName: `First${n}`, lastName: `Last${n}`, imageUrl: null, ...overrides.profile },
    record: {
      verifiedEmail: email,
      username: `person${n}`,
      externalId: null,
      banned: false,
      deprovisioned: false,
      publicMetadata: { cohort: 'a' },
      clerkCreatedAt: createdAt,
      ...overrides.record,
    },
    locked: false,
    asOf: overrides.asOf ?? createdAt,
  };
}

export function clerkUsers(count: number): DirectoryUser[] {
  return Array.from({ length: count }, (_, n) => clerkUser(n));
}

export function userId(n: number): string {
  return `user_${String(n).padStart(6, '0')}`;
}
