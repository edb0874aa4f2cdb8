import type { HttpAnswer, HttpEvent } from '../../../functions/http/event.ts';
import type { Draws } from '../draws.ts';
import { createAdmin } from '../parties/admin.ts';
import { ADMIN_KEY } from '../world/vault.ts';
import type { Simulation } from './simulation.ts';

/** Erases somebody who is deleted or, asked for explicitly now and then, anybody. */
export async function erase(simulation: Simulation, draws: Draws): Promise<void> {
  const users = simulation.table.store.users();
  const evenIfClerkHas = draws.chance(0.15);
  const user = draws.pick(evenIfClerkHas ? users : users.filter(({ tombstone }) => tombstone));
  if (!user) return;
  if (evenIfClerkHas) simulation.users.erasable.add(user.id);
  await administer(simulation, 'erase', {
    ...onUser('POST /admin/users/{id}/erase', user.id),
    ...(evenIfClerkHas && { body: JSON.stringify({ evenIfClerkHas }) }),
  });
}

export async function restore(simulation: Simulation, draws: Draws): Promise<void> {
  const user = draws.pick(simulation.table.store.users().filter(({ tombstone }) => tombstone));
  if (user) await administer(simulation, 'restore', onUser('POST /admin/users/{id}/restore', user.id));
}

export async function syncOne(simulation: Simulation, draws: Draws): Promise<void> {
  const person = draws.pick(simulation.people.living());
  if (person) await administer(simulation, 'sync', onUser('POST /admin/users/{id}/sync', person.id));
}

const NAMES = ['ada', 'grace', 'alan', 'edsger', 'barbara', 'donald', 'tony', 'leslie'];

/** Registers an address beforehand, of somebody who may come; or lets its entry go, or links it to somebody by hand. */
export async function register(simulation: Simulation, draws: Draws): Promise<void> {
  const email = `${draws.pick(NAMES)}@${draws.pick(['example.com', 'example.org'])}`;
  const path = { pathParameters: { email } };
  const kind = draws.next();
  if (kind < 0.6) {
    const body = JSON.stringify({ attributes: { seat: draws.between(1, 99) } });
    return administer(simulation, 'register', { routeKey: 'PUT /admin/roster/{email}', ...path, body });
  }
  if (kind < 0.7) return administer(simulation, 'unregister', { routeKey: 'DELETE /admin/roster/{email}', ...path });
  if (kind < 0.8) return administer(simulation, 'unlink', { routeKey: 'POST /admin/roster/{email}/unlink', ...path });
  const user = draws.pick(simulation.table.store.users());
  if (!user) return;
  const body = JSON.stringify({ userId: user.id });
  const entries = [...simulation.table.entries.keys()];
  const pathParameters = { email: draws.chance(0.8) ? (draws.pick(entries) ?? email) : email };
  await administer(simulation, 'link', { routeKey: 'POST /admin/roster/{email}/link', pathParameters, body });
}

/** Replays what waits longest in quarantine, or lets it go. */
export async function replayQuarantine(simulation: Simulation, draws: Draws): Promise<void> {
  const what = draws.chance(0.8) ? 'replay' : 'dismiss';
  for await (const { id } of simulation.table.quarantine.list())
    return administer(simulation, what, onUser(`POST /admin/quarantine/{id}/${what}`, id));
}

/** Approves the deletions of the run that was held last. */
export async function approve(simulation: Simulation): Promise<void> {
  const { lastHeld } = simulation.runs;
  if (lastHeld !== undefined)
    await administer(simulation, 'approve', onUser('POST /admin/sync-runs/{id}/approve-deletions', lastHeld));
}

/** Starts a run by hand. */
export async function startRun(simulation: Simulation, query: Readonly<Record<string, string>>): Promise<void> {
  await administer(simulation, 'start', { routeKey: 'POST /admin/sync-users', queryStringParameters: query });
}

const LISTS = [
  'GET /admin/sync-runs',
  'GET /admin/quarantine',
  'GET /admin/roster',
  'GET /admin/conflicts',
  'GET /admin/audit',
];

/** Looks at a list, now and then with a key that nobody has given out. */
export async function look(simulation: Simulation, draws: Draws): Promise<void> {
  const key = draws.chance(0.2) ? `cds_${'w'.repeat(43)}` : ADMIN_KEY;
  await administer(simulation, 'look', { routeKey: draws.pick(LISTS) }, key);
}

type Request = Pick<HttpEvent, 'routeKey' | 'pathParameters' | 'queryStringParameters' | 'body'>;

function onUser(routeKey: string, id: string): Request {
  return { routeKey, pathParameters: { id } };
}

async function administer(simulation: Simulation, what: string, request: Request, key = ADMIN_KEY): Promise<void> {
  simulation.chronicle.event();
  const { stage, scheduler } = simulation;
  const party = simulation.processes.begin('admin');
  const start = simulation.runs.takenOn();
  const api = simulation.processes.container('admin', () => createAdmin(stage, start));
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const event: HttpEvent = { headers, isBase64Encoded: false, requestContext: {}, ...request };
  const answer = await scheduler.invoke(party, () => api(event));
  if (answer === 'died') simulation.processes.forget('admin');
  const outcome = answer === 'died' ? 'no answer' : outcomeOf(answer);
  simulation.chronicle.count(`${what} ${outcome}`);
  const whom = Object.values(request.pathParameters ?? {}).join();
  simulation.chronicle.tell(party.name, `${what}s ${whom.split('@')[0]}: ${outcome}`);
  if (answer === 'died') return;
  const told = { action: request.routeKey, party: party.name, status: answer.statusCode ?? 0 };
  simulation.watchers.inform((watch) => watch.administered?.(told));
}

/** What the record says of it, too, or a refusal's code. */
function outcomeOf({ statusCode, body = '{}' }: HttpAnswer): string {
  const said = JSON.parse(body) as { outcome?: string; status?: string; error?: { code: string } };
  return said.error?.code ?? said.outcome ?? said.status ?? String(statusCode);
}
