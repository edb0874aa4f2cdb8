import type { AuthorizedEvent } from '../../../shared/request/current-user.ts';
import { getMe } from '../../../functions/users/me.ts';
import { eraseUser } from '../../../shared/sync/erase-user.ts';
import { replayEvent } from '../../../shared/sync/events/replay-event.ts';
import type { Draws } from '../draws.ts';
import { drawsOf } from '../draws.ts';
import type { Variant } from '../parties/authorizer.ts';
import { partsOf, requestPartsOf } from '../parties/stage.ts';
import { eventDependenciesOf } from '../parties/webhook.ts';
import type { Person } from '../world/people.ts';
import { asJson } from '../world/people.ts';
import { STRANGERS_SECRET } from '../world/svix.ts';
import { TOKEN_KINDS } from '../world/tokens.ts';
import type { Act } from './plan.ts';
import { ClerkActs } from './clerk-acts.ts';
import type { Simulation } from './simulation.ts';

/** Does one act. What it sets going goes on by itself. */
export function perform(simulation: Simulation, act: Act): void {
  const draws = drawsOf(simulation.seed, 'act', act.number);
  simulation.count(`act ${act.kind}`);
  simulation.event();
  const clerk = new ClerkActs(simulation, draws);
  if (clerk.perform(act.kind)) return;
  const { storm } = act;
  if (storm) {
    simulation.count(`storm ${storm.kind}`);
    simulation.tell('world', `has ${storm.kind} for ${storm.forMs} ms at a rate of ${storm.rate}`);
    return simulation.weather.begin(storm.kind, storm.forMs, storm.rate);
  }
  OTHERS[act.kind]?.(simulation, draws);
}

type Doing = (simulation: Simulation, draws: Draws) => void;

const OTHERS: Partial<Record<Act['kind'], Doing>> = {
  'sign-in': signIn,
  'forged-sign-in': (simulation, draws) => {
    const person = someone(simulation, draws);
    if (person) simulation.keep(simulation.signIn(person.id, simulation.tokens.forged(person), draws, 'syncing'));
  },
  'read-me': (simulation, draws) => simulation.keep(readMe(simulation, draws)),
  'write-app': writeApp,
  'full-run': (simulation) => simulation.keep(simulation.run({ mode: 'full' })),
  'dry-run': (simulation) => simulation.keep(simulation.run({ mode: 'full', dryRun: true })),
  'forced-run': (simulation) => simulation.keep(simulation.run({ mode: 'full', force: true })),
  'user-run': (simulation, draws) => {
    const person = someone(simulation, draws);
    if (person) simulation.keep(simulation.run({ mode: 'user', userId: person.id, dryRun: draws.chance(0.2) }));
  },
  'bad-night': badNight,
  approve: (simulation) => {
    if (simulation.lastHeld !== undefined)
      simulation.keep(simulation.run({ mode: 'approve', run: simulation.lastHeld }));
  },
  'interrupt-run': (simulation, draws) => draws.pick(simulation.underWay())?.interrupt(),
  'stop-run': (simulation, draws) => draws.pick(simulation.underWay())?.stop(),
  erase: (simulation, draws) => simulation.keep(erase(simulation, draws)),
  'replay-quarantine': (simulation) => simulation.keep(replayQuarantine(simulation)),
  resend: (simulation, draws) => {
    const message = draws.pick([...simulation.accepted.values()]);
    if (message) simulation.keep(simulation.svix.resend(message));
  },
  'forged-webhook': (simulation, draws) => {
    const person = someone(simulation, draws);
    if (!person) return;
    const data = { object: 'user', id: person.id, deleted: true };
    const body = JSON.stringify({ object: 'event', type: 'user.deleted', data, timestamp: simulation.scheduler.now });
    simulation.keep(simulation.svix.resend({ id: `forged_${draws.between(1, 1e9)}`, body, secret: STRANGERS_SECRET }));
  },
  'foreign-webhook': (simulation, draws) => {
    const person = someone(simulation, draws);
    if (person)
      simulation.svix.announce('user.updated', { ...asJson(person), id: 'user_example' }, { instance_id: 'ins_other' });
  },
  'unreadable-webhook': (simulation, draws) =>
    simulation.svix.send(
      draws.pick(['not json', '{"type":"user.deleted","data":{}}', '{"type":"user.updated","data":7}']),
      'unreadable',
    ),
  'other-webhook': (simulation, draws) =>
    simulation.svix.announce(draws.pick(['session.created', 'user.renewed']), { id: 'x' }),
};
const NIGHTS = [
  'clerk-429',
  'clerk-500',
  'clerk-slow',
  'throttling',
  'lost-answers',
  'slow-table',
  'index-lag',
  'crashes',
] as const;

/** A full run while something is wrong all the time. */
function badNight(simulation: Simulation, draws: Draws): void {
  simulation.weather.begin(draws.pick(NIGHTS), 120_000, draws.pick([0.05, 0.2]));
  simulation.keep(simulation.run({ mode: 'full' }));
}

const VARIANTS: readonly Variant[] = ['syncing', 'syncing', 'syncing', 'verify-only', 'optional'];

/** One to four requests at once, as a page makes them. */
function signIn(simulation: Simulation, draws: Draws): void {
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

async function readMe(simulation: Simulation, draws: Draws): Promise<void> {
  const person = someone(simulation, draws);
  if (!person) return;
  const gate = await simulation.signIn(person.id, simulation.tokens.of(person, 'fresh', draws), draws, 'verify-only');
  if (gate.verdict !== 'allowed' || !gate.context.user) return;
  const startedAt = simulation.scheduler.now;
  const event: AuthorizedEvent = { requestContext: { authorizer: { lambda: gate.context } } };
  const deps = simulation.container('users', () => requestPartsOf(simulation.stage, 'users'));
  const party = simulation.party('users');
  const answer = await simulation.scheduler.invoke(party, () => getMe(event, deps).catch(() => ({ statusCode: 503 })));
  const status = answer === 'died' ? 'no answer' : answer.statusCode;
  if (answer === 'died') simulation.forget('users');
  simulation.count(`me ${status}`);
  simulation.tell(party.name, `answers ${person.id} with ${status}`);
  if (status === 200) simulation.admit(person.id, startedAt);
}

/** The application counts followers: one user after another, in quick succession. */
function writeApp(simulation: Simulation, draws: Draws): void {
  const { scheduler, table, app } = simulation;
  for (let write = draws.between(1, 15); write > 0; write -= 1) {
    scheduler.at(scheduler.now + draws.between(0, 300), () => {
      const user = draws.pick(table.live());
      if (!user) return;
      const attributes = { ...user.app, [draws.pick(['bio', 'location', 'followers'])]: draws.between(1, 1e6) };
      table.store.writeApp(user.id, attributes);
      app.set(user.id, attributes);
      simulation.tell('application', `writes its attributes of ${user.id}`);
    });
  }
}

async function erase(simulation: Simulation, draws: Draws): Promise<void> {
  const deleted = simulation.table.store.users().filter(({ tombstone }) => tombstone);
  const evenLive = draws.chance(0.1);
  const user = draws.pick(evenLive ? simulation.table.store.users() : deleted);
  if (!user) return;
  simulation.erased.add(user.id);
  const party = simulation.party('admin');
  const deps = partsOf(simulation.stage, 'admin');
  const options = { path: 'admin', budgetMs: 5_000, expiresAt: undefined, evenLive } as const;
  const work = (): Promise<string> => eraseUser(deps, user.id, options).catch(() => 'failed');
  const erasure = await simulation.scheduler.invoke(party, work);
  simulation.count(`erase ${erasure}`);
  simulation.tell(party.name, `erases ${user.id}: ${erasure}`);
}

async function replayQuarantine(simulation: Simulation): Promise<void> {
  const { scheduler, stage, table } = simulation;
  const party = simulation.party('admin');
  const deps = eventDependenciesOf(stage, 'admin');
  const entries: string[] = [];
  for await (const { id } of table.quarantine.list()) entries.push(id);
  const [id] = entries;
  if (id === undefined) return;
  const work = (): Promise<string> =>
    replayEvent(id, deps).then(
      ({ status }) => status,
      () => 'failed',
    );
  const replayed = await scheduler.invoke(party, work);
  simulation.count(`replay ${replayed}`);
  simulation.tell(party.name, `replays ${id}: ${replayed}`);
}

/** Somebody who exists or who did a moment ago: her token is good for a minute. */
function someone({ people }: Simulation, draws: Draws): Person | undefined {
  const living = people.living();
  const gone = people.deletedWithin(90_000);
  return draws.pick(gone.length > 0 && draws.chance(0.3) ? gone : living);
}
