import type { Draws } from '../draws.ts';
import { drawsOf } from '../draws.ts';
import { asJson } from '../world/people.ts';
import { STRANGERS_SECRET } from '../world/vault.ts';
import { askGateway } from './ask-gateway.ts';
import { approve, erase, look, register, replayQuarantine, restore, startRun, syncOne } from './admin-acts.ts';
import { ClerkActs } from './clerk-acts.ts';
import { askHealth } from './health-acts.ts';
import type { Act } from './plan.ts';
import { callUsers, signIn, someone } from './requests.ts';
import type { Simulation } from './simulation.ts';

/** Does one act. What it sets going goes on by itself. */
export function perform(simulation: Simulation, act: Act): void {
  const draws = drawsOf(simulation.seed, 'act', act.number);
  simulation.chronicle.count(`act ${act.kind}`);
  simulation.chronicle.event();
  const clerk = new ClerkActs(simulation, draws);
  if (clerk.perform(act.kind)) return;
  const { storm } = act;
  if (storm) {
    simulation.chronicle.count(`storm ${storm.kind}`);
    simulation.chronicle.tell('world', `has ${storm.kind} for ${storm.forMs} ms at a rate of ${storm.rate}`);
    return simulation.weather.begin(storm.kind, storm.forMs, storm.rate);
  }
  OTHERS[act.kind]?.(simulation, draws);
}

type Doing = (simulation: Simulation, draws: Draws) => void;

const OTHERS: Partial<Record<Act['kind'], Doing>> = {
  'sign-in': signIn,
  'forged-sign-in': (simulation, draws) => {
    const person = someone(simulation, draws);
    if (!person) return;
    const request = { userId: person.id, token: simulation.tokens.forged(person), variant: 'syncing' } as const;
    simulation.keep(askGateway(simulation, draws, request));
  },
  'read-me': (simulation, draws) => simulation.keep(callUsers(simulation, draws, 'GET /users/me')),
  'patch-me': (simulation, draws) => simulation.keep(callUsers(simulation, draws, 'PATCH /users/me')),
  'sync-me': (simulation, draws) => simulation.keep(callUsers(simulation, draws, 'POST /users/sync')),
  'write-app': writeApp,
  'hand-edit': editByHand,
  'full-run': (simulation) => simulation.keep(simulation.runs.start({ mode: 'full' })),
  'dry-run': (simulation) => simulation.keep(startRun(simulation, { dry_run: 'true' })),
  'incremental-run': (simulation) => simulation.keep(simulation.runs.start({ mode: 'incremental' })),
  'forced-run': (simulation) => simulation.keep(startRun(simulation, { force: 'true' })),
  'user-run': (simulation, draws) => {
    const person = someone(simulation, draws);
    if (person) simulation.keep(simulation.runs.start({ mode: 'user', userId: person.id, dryRun: draws.chance(0.2) }));
  },
  'bad-night': badNight,
  approve: (simulation) => simulation.keep(approve(simulation)),
  'interrupt-run': (simulation, draws) => draws.pick(simulation.runs.underWay())?.interrupt(),
  'stop-run': (simulation, draws) => draws.pick(simulation.runs.underWay())?.stop(),
  erase: (simulation, draws) => simulation.keep(erase(simulation, draws)),
  restore: (simulation, draws) => simulation.keep(restore(simulation, draws)),
  'sync-user': (simulation, draws) => simulation.keep(syncOne(simulation, draws)),
  register: (simulation, draws) => simulation.keep(register(simulation, draws)),
  'replay-quarantine': (simulation, draws) => simulation.keep(replayQuarantine(simulation, draws)),
  'ask-health': (simulation) => simulation.keep(askHealth(simulation)),
  look: (simulation, draws) => simulation.keep(look(simulation, draws)),
  'rotate-secret': ({ vault }, draws) => vault.rotateSecret(draws),
  'rotate-key': ({ vault }, draws) => vault.rotateKey(draws),
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

/** A run while something is wrong all the time. */
function badNight(simulation: Simulation, draws: Draws): void {
  simulation.weather.begin(draws.pick(NIGHTS), 120_000, draws.pick([0.05, 0.2]));
  simulation.keep(simulation.runs.start({ mode: draws.pick(['full', 'incremental']) }));
}

/** Somebody with a console changes what Clerk has said, in some histories: only a forced run is sure to see that. */
function editByHand(simulation: Simulation, draws: Draws): void {
  const user = draws.pick(simulation.table.live());
  if (!user || !simulation.settings.hasHands) return;
  simulation.table.editByHand(user.id, (edited) => {
    const { profile } = edited;
    return { ...edited, profile: { ...profile, content: { ...profile.content, lastName: 'by hand' } } };
  });
  simulation.isEdited = true;
  simulation.chronicle.count('item edited by hand');
  simulation.chronicle.tell('somebody', `edits the item of ${user.id}`);
}

/** The application counts followers: one user after another, in quick succession. */
function writeApp(simulation: Simulation, draws: Draws): void {
  const { scheduler, table } = simulation;
  for (let write = draws.between(1, 15); write > 0; write -= 1) {
    scheduler.at(scheduler.now + draws.between(0, 300), () => {
      const user = draws.pick(table.live());
      if (!user) return;
      const attributes = { ...user.app, [draws.pick(['bio', 'location', 'followers'])]: draws.between(1, 1e6) };
      simulation.writeApp(user, attributes);
      simulation.chronicle.tell('application', `writes its attributes of ${user.id}`);
    });
  }
}
