/**
 * The stand-in for Clerk with many users, in a process of its own. It is told how many by its parent, tells its address and
 * key, and whenever it is asked, how many calls of the Backend API it has had. It ends with its parent.
 */
import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import { startClerkStandIn } from '../../../infra/local/clerk/index.ts';
import type { ClerkStandIn } from '../../../infra/local/clerk/index.ts';
import { createLocalClock } from '../../../infra/local/clock.ts';
import { population } from '../population.ts';
import type { BenchUser } from '../user.ts';

/** What is asked of the process: to begin with so many users, or how many calls there were. */
export type ClerkQuestion = { readonly users: number } | 'calls';

export interface ServedClerk {
  readonly url: string;
  readonly secretKey: string;
  readonly instanceId: string;
}

/** Far above what one run can ask for: what is measured is the run, not its waiting. */
const NO_LIMIT = { requests: 1_000_000_000, windowMs: 10_000 };
const IMPORTED_AT_ONCE = 20_000;

let calls = 0;
subscribe('http.server.request.start', (message) => {
  const { request } = message as { readonly request: IncomingMessage };
  if (request.url?.startsWith('/v1/') === true) calls += 1;
});

process.on('disconnect', () => process.exit());
process.on('message', (question: ClerkQuestion) => {
  if (question === 'calls') process.send?.(calls);
  else void serve(question.users).then((clerk) => process.send?.(clerk));
});

async function serve(users: number): Promise<ServedClerk> {
  const clerk = await startClerkStandIn({
    seed: 1,
    clock: createLocalClock(),
    rateLimit: NO_LIMIT,
  });
  for (const part of population(users, IMPORTED_AT_ONCE)) await importUsers(clerk, part);
  return { url: clerk.url, secretKey: clerk.secretKey, instanceId: clerk.instanceId };
}

async function importUsers({ url }: ClerkStandIn, users: readonly BenchUser[]): Promise<void> {
  const body = JSON.stringify({ users: users.map(asClerkTakesIt) });
  const { status } = await fetch(`${url}/__local/users/import`, { method: 'POST', body });
  if (status !== 200) throw new Error(`The stand-in for Clerk did not take the bench's users: status ${status}.`);
}

function asClerkTakesIt(user: BenchUser): object {
  return {
    id: user.id,
    email_address: [user.email],
    first_name: user.firstName,
    last_name: user.lastName,
    username: user.username,
    external_id: user.externalId,
    image_url: user.imageUrl,
    public_metadata: user.publicMetadata,
    created_at: user.createdAt,
    updated_at: user.updatedAt,
  };
}
