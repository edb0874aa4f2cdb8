import type { HttpEvent } from '../../../functions/http/event.ts';
import type { Draws } from '../draws.ts';
import type { Variant } from '../parties/authorizer.ts';
import { createUsers } from '../parties/users.ts';
import type { Person } from '../world/people.ts';
import { TOKEN_KINDS } from '../world/tokens.ts';
import { askGateway } from './ask-gateway.ts';
import type { Simulation } from './simulation.ts';

const VARIANTS: readonly Variant[] = ['syncing', 'syncing', 'syncing', 'verify-only', 'optional'];

/** One to four requests at once, as a page makes them. */
export function signIn(simulation: Simulation, draws: Draws): void {
  const person = someone(simulation, draws);
  if (!person) return;
  const kind = draws.pick(TOKEN_KINDS);
  simulation.chronicle.count(`token ${kind}`);
  for (let request = draws.between(1, 4); request > 0; request -= 1) {
    const token = simulation.tokens.of(person, kind, draws);
    const variant = draws.pick(VARIANTS);
    const afterMs = draws.chance(0.1) ? draws.between(0, 80_000) : draws.between(0, 40);
    const { scheduler } = simulation;
    const request = { userId: person.id, token, variant };
    scheduler.at(scheduler.now + afterMs, () => simulation.keep(askGateway(simulation, draws, request)));
  }
}

type UsersRoute = 'GET /users/me' | 'PATCH /users/me' | 'POST /users/sync';

/** A request of one of the users' routes, behind the authorizer that only verifies. */
export async function callUsers(simulation: Simulation, draws: Draws, routeKey: UsersRoute): Promise<void> {
  const person = someone(simulation, draws);
  if (!person) return;
  const userId = person.id;
  const token = simulation.tokens.of(person, 'fresh', draws);
  const gate = await askGateway(simulation, draws, { userId, token, variant: 'verify-only' });
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
  const handler = simulation.processes.container('users', () => createUsers(simulation.stage));
  const party = simulation.processes.begin('users');
  simulation.measures.invoked();
  const answer = await simulation.scheduler.invoke(party, () => handler(event));
  const status = answer === 'died' ? 'no answer' : String(answer.statusCode);
  if (answer === 'died') simulation.processes.forget('users');
  simulation.chronicle.count(`${routeKey} ${status}`);
  simulation.chronicle.tell(party.name, `answers ${routeKey} of ${userId} with ${status}`);
  if (!status.startsWith('2')) return;
  simulation.watchers.inform((watch) => watch.admitted?.({ userId, since: startedAt, isSynced: true }));
}

/** Somebody who exists or who did a moment ago: her token is good for a minute. */
export function someone({ people }: Simulation, draws: Draws): Person | undefined {
  const living = people.living();
  const gone = people.deletedWithin(90_000);
  return draws.pick(gone.length > 0 && draws.chance(0.3) ? gone : living);
}
