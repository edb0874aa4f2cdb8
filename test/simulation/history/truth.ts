import type { Truth } from '../invariants/invariant.ts';
import type { Simulation } from './simulation.ts';

/** What the world tells the invariants: whatever only somebody who sees everything can know. */
export function truthOf(simulation: Simulation): Truth {
  const { people, table, runs, bus, measures, settings, users } = simulation;
  return {
    now: () => simulation.scheduler.now,
    people,
    table,
    guard: settings.limits.guard,
    absentAt: (id) => users.absentAt.get(id),
    isDeletionAnnounced: (id) => users.announced.has(id),
    modeOf: (runId) => runs.askedFor(runId)?.mode,
    isThorough: (runId) => {
      const asked = runs.askedFor(runId);
      return asked?.force === true || asked?.mode === 'user';
    },
    app: users.app,
    told: () => bus.events,
    failedSince: (time) => measures.sumSince(time, 'failed'),
    isErasable: (id) => users.erasable.has(id),
    isErased: (id) => users.erased.has(id),
  };
}
