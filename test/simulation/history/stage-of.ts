import type { Stage } from '../parties/stage.ts';
import { watchedLog } from '../parties/stage.ts';
import type { Seams } from '../plants/plant.ts';
import type { Party } from '../world/scheduler.ts';
import type { Transition } from '../world/table.ts';
import { NO_DEFECT } from './chronicle.ts';
import type { Simulation } from './simulation.ts';

/** Where the functions of a history play, and how the history hears of what they do. */
export function stageOf(simulation: Simulation, seams: Seams): Stage {
  const { chronicle, scheduler, settings, table, users } = simulation;
  const { weather, people, bus, vault, measures } = simulation;
  return {
    seed: simulation.seed,
    scheduler,
    weather,
    people,
    table,
    bus,
    vault,
    measures,
    audit: table.audit,
    seams,
    hasRoster: settings.hasRoster,
    returningUser: settings.returningUser,
    log: watchedLog((what) => chronicle.broken(NO_DEFECT, what)),
    count: (what) => chronicle.count(what),
    tell: (who, what) => chronicle.tell(who, what),
    signed: ({ text, startedAt, isAccepted }) => {
      const terms = simulation.tokens.termsOf(text);
      simulation.watchers.inform((watch) => watch.signed?.({ what: 'token', startedAt, terms, isAccepted }));
    },
    appWritten: (user) => {
      users.app.set(user.id, user.app);
      chronicle.tell(scheduler.party?.name ?? 'world', `attributes of ${user.id} changed`);
    },
    absent: (id) => void users.absentAt.set(id, scheduler.now),
    shown: (ids, party) => simulation.runs.shown(ids, party),
    written: (transition, party) => heardOfWrite(simulation, transition, party),
  };
}

function heardOfWrite(simulation: Simulation, transition: Transition, party: Party | undefined): void {
  const { write, before, after } = transition;
  simulation.runs.written(write, party);
  simulation.users.written(transition);
  const what = after.tombstone ? (before?.tombstone ? 'buried' : 'deleted') : before ? 'changed' : 'created';
  simulation.chronicle.tell(party?.name ?? 'world', `${what} ${after.id}, revision ${after.revision}`);
  for (const { name } of write.moves) simulation.names.nameChanged(name);
  simulation.changes.userChanged(before, after);
  simulation.watchers.inform((watch) => watch.written?.(transition, party?.name));
}
