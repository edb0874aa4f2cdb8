import { reconcile } from '../../../../functions/reconciler/reconcile.ts';
import type { DirectoryUser } from '../../../../shared/ports/user-directory.ts';
import type { ReconcileLimits } from '../../../../shared/sync/reconcile/dependencies.ts';
import type { RunSummary } from '../../../../shared/sync/reconcile/summary.ts';
import type { UserOverrides } from './clerk.ts';
import { clerkUser, clerkUsers } from './clerk.ts';
import { Journal } from './journal.ts';
import type { World } from './world.ts';
import { createWorld, START } from './world.ts';

/** An hour passes between the full run that leaves the watermark and what is changed. */
export const HOUR_MS = 3_600_000;

/** When the changes happen that an incremental run is to find, ms. */
export const LATER = START + HOUR_MS;

/** `count` users in Clerk and in the table, a full run that found nothing to do, and an hour since. */
export async function mirroredWorld(count = 60, limits: Partial<ReconcileLimits> = {}): Promise<World> {
  const world = createWorld({ pageSize: 10, ...limits });
  world.clerk.add(...clerkUsers(count));
  await world.mirror(clerkUsers(count));
  const full = await world.run();
  if (full.status !== 'in-sync') throw new Error(`The world could not be set up: ${full.status}.`);
  await world.time.advance(HOUR_MS);
  world.writes.length = 0;
  world.clerk.calls.length = 0;
  return world;
}

/** A user as Clerk has changed her `n` seconds after the hour: no webhook tells the table. */
export function changed(n: number, overrides: UserOverrides = {}): DirectoryUser {
  return clerkUser(n, { profile: { lastName: 'Changed' }, asOf: LATER + n * 1_000, ...overrides });
}

export function incremental(
  world: World,
  options: { readonly dryRun?: boolean; readonly since?: number | string } = {},
  journal = new Journal(),
): Promise<RunSummary> {
  return world.run(journal, { mode: 'incremental', ...options });
}

/** Runs it again and again while its process dies at each of these steps in turn. */
export async function incrementalDyingAfter(world: World, steps: readonly string[], journal = new Journal()) {
  const execute = () => journal.execute((context) => reconcile({ mode: 'incremental' }, context, world.deps));
  for (const step of steps) {
    journal.dieAfter = step;
    if ((await execute()) !== 'died') throw new Error(`There was no step ${step}: ${journal.steps.join(', ')}.`);
  }
  const summary = await execute();
  if (summary === 'died') throw new Error('The run died once too often.');
  return summary;
}
