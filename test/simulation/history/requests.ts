import type { HttpEvent } from '../../../functions/http/event.ts';
import type { Draws } from '../draws.ts';
import type { Variant } from '../parties/authorizer.ts';
import { createUsers } from '../parties/users.ts';
import type { Person } from '../world/people.ts';
import { TOKEN_KINDS } from '../world/tokens.ts';
import type { Simulation } from './simulation.ts';

const VARIANTS: readonly Variant[] = ['syncing', 'syncing', 'syncing', 'verify-only', 'optional'];

/** One to four requests at once, as a page makes them. */
export function signIn(simulation: Simulation, draws: Draws): void {
  const person = someone(simulation, draws);
  if (!person) return;
  const kind = draws.pick(TOKEN_KINDS);
  simulation.count(`token ${kind}`);
  for (let request = draws.between(1, 4); request > 0; request -= 1) {
    const token = simulation.tokens.of(person, kind, draws);
    const variant = draws.pick(VARIANTS);
    const afterMs = draws.chance(0.1) ? draws.between(0, 80_000) : draws.between(0, 40);
    const { scheduler } = simulation;
    scheduler.at(scheduler.now + afterMs, () => simulation.keep(simulation.signIn(person.id, token, draws, variant)));
  }
}

type UsersRoute = 'GET /users/me' | 'PATCH /users/me' | 'POST /users/sync';

/** A request of one of the users' routes, behind the authorizer that only verifies. */
export async function callUsers(simulation: Simulation, draws: Draws, routeKey: UsersRoute): Promise<void> {
  const person = someone(simulation, draws);
  if (!person) return;
  const gate = await simulation.signIn(person.id, simulation.tokens.of(person, 'fresh', draws), draws, 'verify-only');
  if (gate.verdict !== 'allowed' || !gate.context.user) return;
  const startedAt = simulation.scheduler.now;
  const app = { [draws.pick(['bio', 'location'])]: draws.pick(['here', 'there', null]) };
  const event: HttpEvent = {
    routeKey,
    headers: { 'content-type': 'application/json' },
    isBase64Encoded: false,
    requestContext: { authorizer: { lambda: gate.context } },
    ...(routeKey === 'PATCH /users/me' && { body: JSON.stringify({ app }) }),
  };
  const handler = simulation.container('users', () => createUsers(simulation.stage));
  const party = simulation.party('users');
  simulation.measures.invoked();
  const answer = await simulation.scheduler.invoke(party, () => handler(event));
  const status = answer === 'died' ? 'no answer' : String(answer.statusCode);
  if (answer === 'died') simulation.forget('users');
  simulation.count(`${routeKey} ${status}`);
  simulation.tell(party.name, `answers ${routeKey} of ${person.id} with ${status}`);
  if (status.startsWith('2')) simulation.admit(person.id, startedAt);
}

/** Somebody who exists or who did a moment ago: her token is good for a minute. */
export function someone({ people }: Simulation, draws: Draws): Person | undefined {
  const living = people.living();
  const gone = people.deletedWithin(90_000);
  return draws.pick(gone.length > 0 && draws.chance(0.3) ? gone : living);
}
