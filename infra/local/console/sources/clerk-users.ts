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

  /** @returns whether anything has changed @throws Unreachable */
  async refresh(): Promise<boolean> {
    const answer = asRecord(await look('Clerk', `${this.#url}/__local/users?after=${this.#revision}`));
    const revision = asNumber(answer['revision']) ?? 0;
    const hasChanged = revision !== this.#revision;
    // Another process than the one that was asked before: it tells everything.
    if (answer['after'] === 0) this.users.clear();
    for (const user of asList(answer['users']).map(asRecord)) this.users.set(asText(user['id']) ?? '', user);
    for (const id of texts(answer['removed'])) this.users.delete(id);
    this.#revision = revision;
    return hasChanged;
  }
}
