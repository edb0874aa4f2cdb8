import { randomInt } from 'node:crypto';
import { NO_FAULTS } from './faults.ts';
import { createIdentity } from './identity.ts';
import type { ClerkStandInOptions } from './options.ts';
import { seededRandom } from './random.ts';
import { StateFile, loadState } from './state/state-file.ts';
import type { SavedState } from './state/state.ts';
import { TokenMint } from './tokens/mint.ts';
import { UserDirectory } from './users/directory.ts';
import { UserStore } from './users/user-store.ts';
import { Endpoints } from './webhooks/endpoints.ts';
import { createMessage } from './webhooks/envelope.ts';
import { WebhookQueue } from './webhooks/queue.ts';
import { retrySchedule } from './webhooks/schedule.ts';
import type { Switches, World } from './world.ts';

/**
 * Puts the parts together and takes up the saved state.
 * @returns The world, and the file that keeps its state, if there is to be one.
 */
export function createWorld(
  options: ClerkStandInOptions,
  issuer: string,
  authorizedParty: string,
): { world: World; file: StateFile | undefined } {
  const saved = options.stateFile === undefined ? undefined : loadState(options.stateFile);
  const seed = options.seed ?? saved?.seed ?? randomInt(2 ** 31);
  const ids = seededRandom(saved?.idPosition ?? seed);
  const identity = saved?.identity ?? createIdentity(ids);
  const base = { seed, issuer, clock: options.clock, identity, ids, switches: switchesOf(saved) };
  const file = options.stateFile === undefined ? undefined : new StateFile(options.stateFile, () => snapshot(world));
  const world: World = {
    ...base,
    ...createParts(base, options.retryTimeScale ?? 1, () => file?.touch()),
    mint: new TokenMint({ identity, issuer, authorizedParty, ids }),
    changed: () => file?.touch(),
  };
  if (saved !== undefined) restore(world, saved);
  return { world, file };
}

type Base = Pick<World, 'seed' | 'clock' | 'identity' | 'ids' | 'switches'>;

function createParts(
  { seed, clock, identity, ids, switches }: Base,
  retryTimeScale: number,
  changed: () => void,
): Pick<World, 'store' | 'endpoints' | 'queue' | 'directory'> {
  const store = new UserStore(seed);
  const schedule = retrySchedule(retryTimeScale);
  const endpoints = new Endpoints(identity.webhookSecrets, schedule.disableAfterMs);
  const queue = new WebhookQueue({
    clock,
    schedule,
    endpoints,
    random: seededRandom(seed ^ 0x5e1f),
    faults: () => switches.faults.webhooks,
    changed,
  });
  const directory = new UserDirectory({
    store,
    clock,
    publish: (event) => queue.send(createMessage(event, ids.id('msg_'), identity.instanceId)),
    changed,
  });
  return { store, endpoints, queue, directory };
}

function switchesOf(saved: SavedState | undefined): Switches {
  return { faults: NO_FAULTS, banRaisesUpdatedAt: saved?.banRaisesUpdatedAt ?? false };
}

function restore(world: World, saved: SavedState): void {
  const behind = saved.clockAheadMs - world.clock.ahead();
  if (behind > 0) world.clock.advance(behind);
  world.store.addAll(saved.users);
  for (const user of saved.deletedUsers) world.store.rememberDeleted(user);
  world.queue.restore(saved.deliveries);
}

function snapshot(world: World): SavedState {
  return {
    version: 1,
    seed: world.seed,
    idPosition: world.ids.position(),
    clockAheadMs: world.clock.ahead(),
    banRaisesUpdatedAt: world.switches.banRaisesUpdatedAt,
    identity: world.identity,
    users: [...world.store.all()],
    deletedUsers: [...world.store.deleted()],
    deliveries: world.queue.record.unfinished(),
  };
}
