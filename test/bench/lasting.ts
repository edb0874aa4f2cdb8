import { startDurableHost } from '../support/reconciler/durable-host.ts';
import type { DurableHost } from '../support/reconciler/durable-host.ts';
import { startOurs } from './reconcilers.ts';
import type { LoadedReconciler } from './reconcilers.ts';
import type { World } from './world.ts';

/** The durable service waits between invocations: nobody has to wait for that here. */
const WAIT_SCALE = 0.001;

const durables = new WeakMap<World, Promise<DurableHost>>();
const reconcilers = new WeakMap<World, Map<number, Promise<LoadedReconciler>>>();

/**
 * Our reconciler over a table of so many users. A hundred thousand take more than a minute to load: whoever asks for as many
 * again gets the same, as long as the world lasts. Runs that must find nothing changed come before whoever changes something.
 */
export function lastingOurs(world: World, users: number): Promise<LoadedReconciler> {
  const known = reconcilers.get(world) ?? new Map<number, Promise<LoadedReconciler>>();
  reconcilers.set(world, known);
  const started = known.get(users) ?? start(world, users);
  known.set(users, started);
  return started;
}

async function start(world: World, users: number): Promise<LoadedReconciler> {
  const durable = await durableOf(world);
  return startOurs(world, durable, users, (end) => {
    world.keep(end);
    return end;
  });
}

/** The local durable service, which runs of every size share. */
export function durableOf(world: World): Promise<DurableHost> {
  const durable = durables.get(world) ?? startDurable(world);
  durables.set(world, durable);
  return durable;
}

async function startDurable(world: World): Promise<DurableHost> {
  const durable = await startDurableHost(WAIT_SCALE);
  world.keep(() => durable.close());
  return durable;
}
