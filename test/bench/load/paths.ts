import { createWorld } from '../../../scripts/demo/world.ts';
import type { StackFile } from '../../../infra/local/stack-file.ts';
import { signedEvent } from '../events.ts';
import { benchUser } from '../user.ts';
import type { Outgoing } from './send.ts';

export interface LoadPath {
  readonly name: 'authorizer' | 'webhook' | 'users.me';
  readonly next: () => Outgoing;
}

const USERS = 200;

/**
 * What is sent: requests of stored users with tokens that are all valid and bring nothing new, and events that each change a
 * user. Stores the users first.
 */
export async function loadPaths(file: StackFile): Promise<readonly LoadPath[]> {
  const tokens = await storeUsers(file);
  const authorised = (path: string): LoadPath['next'] => {
    const next = inTurn(tokens);
    return () => ({ method: 'GET', url: `${file.api}${path}`, headers: { authorization: `Bearer ${next()}` } });
  };
  return [
    { name: 'authorizer', next: authorised('/whoami') },
    { name: 'users.me', next: authorised('/users/me') },
    { name: 'webhook', next: events(file) },
  ];
}

/** By an import and a first run, as in a deployment. @returns a token of each */
async function storeUsers(file: StackFile): Promise<readonly string[]> {
  const world = createWorld(file);
  const users = Array.from({ length: USERS }, (_, n) => ({
    id: `user_load${n}`,
    email_address: [`load${n}@example.com`],
    first_name: 'Ada',
    last_name: `Example ${n}`,
    created_at: Date.UTC(2026, 0, 1) + n,
  }));
  await world.control('POST', 'users/import', { users });
  const { body } = await world.fireFullRun();
  if (body['created'] !== USERS) throw new Error(`Of ${USERS} users a first run has said: ${JSON.stringify(body)}`);
  const tokens: string[] = [];
  for (const { id } of users) tokens.push(await world.token(id, { expiresInSeconds: 3_600 }));
  return tokens;
}

/** Each changes one of those who have no token here: to the others' nothing may change. */
function events({ api, instanceId, webhookSecrets: [webhookSecret = ''] }: StackFile): LoadPath['next'] {
  let told = 0;
  return () => {
    told += 1;
    const user = benchUser(`user_event${told % USERS}`);
    const changed = { ...user, lastName: `Example ${told}`, updatedAt: user.updatedAt + told * 1_000 };
    const type = told <= USERS ? 'user.created' : 'user.updated';
    return {
      method: 'POST',
      url: `${api}/webhooks/clerk`,
      ...signedEvent({ instanceId, webhookSecret }, type, changed),
    };
  };
}

function inTurn<T>(all: readonly T[]): () => T | undefined {
  let n = 0;
  return () => {
    n += 1;
    return all[n % all.length];
  };
}
