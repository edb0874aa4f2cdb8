import { isDeepStrictEqual } from 'node:util';
import type { RunSummary } from '../../../shared/sync/reconcile/summary.ts';
import { drawsOf } from '../draws.ts';
import type { RunEvent } from '../parties/reconciler.ts';
import { NO_DEFECT } from './chronicle.ts';
import { askHealth } from './health-acts.ts';
import type { Simulation } from './simulation.ts';

/** Longer than any clock is off, and than a tombstone resists a read, ms. */
const REST_MS = 20 * 60_000;

/** The faults end, all that is under way ends, and one clean full run follows, forced where somebody has edited items; where it is held, its approval. */
export async function comeToRest(simulation: Simulation): Promise<void> {
  const { scheduler, weather, table, chronicle, watchers } = simulation;
  weather.calm();
  chronicle.tell('world', 'comes to rest');
  await scheduler.play(scheduler.now + REST_MS);
  await runCleanly(simulation);
  simulation.keep(askHealth(simulation, true));
  await scheduler.play();
  if (chronicle.isBroken || !drawsOf(simulation.seed, 'replay').chance(0.3)) return;
  const before = table.store.users();
  await resendAll(simulation);
  watchers.inform((watch) => watch.replayed?.(before));
  if (!chronicle.isBroken && !isDeepStrictEqual(table.store.users(), before)) await runCleanly(simulation);
}

/** A full run with nothing in its way, and what must hold after it. */
async function runCleanly(simulation: Simulation): Promise<void> {
  const { chronicle, watchers } = simulation;
  const summary = await runToItsEnd(simulation, { mode: 'full', ...(simulation.isEdited && { force: true }) });
  if (summary?.status === 'held') await runToItsEnd(simulation, { mode: 'approve', run: summary.runId });
  if (!chronicle.isBroken) await watchers.informInTurn((watch) => watch.atRest?.());
}

async function runToItsEnd(simulation: Simulation, event: RunEvent): Promise<RunSummary | undefined> {
  const { scheduler, runs, chronicle } = simulation;
  const running = runs.start(event);
  await scheduler.play();
  if (chronicle.isBroken) return undefined;
  if (runs.underWay().length > 0) {
    const why = 'Everything has come to an end but a run: it waits for something that never comes.';
    chronicle.broken(NO_DEFECT, why);
    return undefined;
  }
  const summary = await running;
  if (summary === undefined || summary.status === 'failed')
    chronicle.broken('table-equals-clerk', `The clean run failed: ${summary?.failedBecause ?? 'it never ended'}.`);
  return summary;
}

/** Every accepted message once more, in another order. */
async function resendAll(simulation: Simulation): Promise<void> {
  const draws = drawsOf(simulation.seed, 'resend');
  const { scheduler, svix, accepted } = simulation;
  const messages = [...accepted.values()].toSorted(() => draws.next() - 0.5);
  for (const [n, message] of messages.entries()) {
    scheduler.at(scheduler.now + n * 7, () => simulation.keep(svix.resend(message)));
  }
  await scheduler.play();
}
