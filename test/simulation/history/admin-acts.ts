import { eraseUser } from '../../../shared/sync/admin/erase-user.ts';
import { restoreUser } from '../../../shared/sync/admin/restore-user.ts';
import { syncUser } from '../../../shared/sync/admin/sync-user.ts';
import { replayEvent } from '../../../shared/sync/events/replay-event.ts';
import { putEntry } from '../../../shared/sync/roster/put-entry.ts';
import type { Draws } from '../draws.ts';
import { requestPartsOf } from '../parties/stage.ts';
import { eventDependenciesOf } from '../parties/webhook.ts';
import type { Simulation } from './simulation.ts';

/** Erases somebody who is deleted or, asked for explicitly now and then, anybody. */
export async function erase(simulation: Simulation, draws: Draws): Promise<void> {
  const users = simulation.table.store.users();
  const evenIfClerkHas = draws.chance(0.15);
  const user = draws.pick(evenIfClerkHas ? users : users.filter(({ tombstone }) => tombstone));
  if (!user) return;
  if (evenIfClerkHas) simulation.erasable.add(user.id);
  await administer(simulation, 'erase', user.id, (deps) => eraseUser(deps, user.id, { evenIfClerkHas }));
}

export async function restore(simulation: Simulation, draws: Draws): Promise<void> {
  const user = draws.pick(simulation.table.store.users().filter(({ tombstone }) => tombstone));
  if (!user) return;
  const work = (deps: AdminDependencies): Promise<string> => restoreUser(deps, user.id).then(({ status }) => status);
  await administer(simulation, 'restore', user.id, work);
}

export async function syncOne(simulation: Simulation, draws: Draws): Promise<void> {
  const person = draws.pick(simulation.people.living());
  if (!person) return;
  const work = (deps: AdminDependencies): Promise<string> => syncUser(deps, person.id).then(({ status }) => status);
  await administer(simulation, 'sync', person.id, work);
}

/** Registers an address beforehand, of somebody who may come. */
export function register(simulation: Simulation, draws: Draws): void {
  const name = draws.pick(['ada', 'grace', 'alan', 'edsger', 'barbara', 'donald', 'tony', 'leslie']);
  const email = `${name}@${draws.pick(['example.com', 'example.org'])}`;
  const entry = { email, attributes: { seat: draws.between(1, 99) } };
  const work = (deps: AdminDependencies): Promise<string> => putEntry(deps, entry).then(({ status }) => status);
  simulation.keep(administer(simulation, 'register', name, work));
}

/** Replays what waits longest in quarantine. */
export async function replayQuarantine(simulation: Simulation): Promise<void> {
  for await (const { id } of simulation.table.quarantine.list()) {
    const deps = eventDependenciesOf(simulation.stage, 'admin');
    const work = (): Promise<string> => replayEvent(id, deps).then(({ status }) => status);
    return administer(simulation, 'replay', id, work);
  }
}

type AdminDependencies = ReturnType<typeof requestPartsOf>;

async function administer(
  simulation: Simulation,
  what: string,
  whom: string,
  work: (deps: AdminDependencies) => Promise<string>,
): Promise<void> {
  const party = simulation.party('admin');
  const deps = requestPartsOf(simulation.stage, 'admin');
  const status = await simulation.scheduler.invoke(party, () => work(deps).catch(() => 'failed'));
  simulation.count(`${what} ${status}`);
  simulation.tell(party.name, `${what}s ${whom}: ${status}`);
}
