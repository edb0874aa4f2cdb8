import { asList, asNumber, asRecord, asText, texts } from '../../cloud/json.ts';
import type { JsonRecord } from '../../cloud/json.ts';
import { look } from './call.ts';

/** Clerk's users as its API renders them, by id: kept up to date by asking who has changed since. */
export class ClerkUsers {
  readonly users = new Map<string, JsonRecord>();
  readonly #url: string;
  #revision = 0;

  /** @param clerkUrl of the stand-in */
  constructor(clerkUrl: string) {
    this.#url = clerkUrl;
  }

  /** @returns ids of those who have changed, come or gone @throws Unreachable */
  async refresh(): Promise<readonly string[]> {
    const answer = asRecord(await look('Clerk', `${this.#url}/__local/users?after=${this.#revision}`));
    // Another process than the one that was asked before tells everything.
    const forgotten = answer['after'] === 0 ? [...this.users.keys()] : [];
    for (const id of forgotten) this.users.delete(id);
    const changed = asList(answer['users'])
      .map(asRecord)
      .map((user) => [asText(user['id']) ?? '', user] as const);
    for (const [id, user] of changed) this.users.set(id, user);
    const removed = texts(answer['removed']);
    for (const id of removed) this.users.delete(id);
    this.#revision = asNumber(answer['revision']) ?? 0;
    return [...forgotten, ...removed, ...changed.map(([id]) => id)];
  }
}
