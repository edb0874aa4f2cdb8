/** Many parties at work on few names at once, over the memory store, every step drawn from one seed. */
import { createMemoryLog } from '../../../shared/adapters/memory/log.ts';
import { createMemoryMetrics } from '../../../shared/adapters/memory/metrics.ts';
import { createMemoryQuarantine } from '../../../shared/adapters/memory/quarantine.ts';
import { createMemoryUserDirectory } from '../../../shared/adapters/memory/user-directory.ts';
import { createMemoryRosterStore } from '../../../shared/adapters/memory/roster-store.ts';
import { createMemoryUserStore } from '../../../shared/adapters/memory/user-store.ts';
import { systemTimers } from '../../../shared/adapters/system/timers.ts';
import type { Reservation } from '../../../shared/domain/names.ts';
import { nameKey, waitsFor } from '../../../shared/domain/names.ts';
import type { StoredUser } from '../../../shared/domain/user.ts';
import { DirectoryUnavailable } from '../../../shared/ports/user-directory.ts';
import type { UserStore } from '../../../shared/ports/user-store.ts';
import { StoreUnavailable } from '../../../shared/ports/user-store.ts';
import { applySnapshot } from '../../../shared/sync/apply-snapshot.ts';
import { eraseMirrored } from '../../../shared/sync/erasure/erase-mirrored.ts';
import type { ResolveDependencies } from '../../../shared/sync/names/resolve-name.ts';
import { resolveName } from '../../../shared/sync/names/resolve-name.ts';
import type { RosterAdminDependencies } from '../../../shared/sync/roster/dependencies.ts';
import { linkRoster } from '../../../shared/sync/roster/link-roster.ts';
import { putEntry } from '../../../shared/sync/roster/put-entry.ts';
import { unlinkRoster } from '../../../shared/sync/roster/unlink-roster.ts';
import { brokenLinks } from './broken-links.ts';
import { BEGIN, emailName, person, username } from './name-world.ts';

const IDS = ['user_a', 'user_b', 'user_c', 'user_d'];
const EMAILS = ['x@example.com', 'x@example.com', 'y@example.com'];
const NAMES = [emailName('x@example.com'), emailName('y@example.com'), username('x')];
const ACTORS = 5;
const ACTS = 6;

export interface History {
  /** What must never be, right after the storm. */
  readonly broken: readonly string[];
  /** What must not be left once every name has been resolved in peace. */
  readonly left: readonly string[];
}

/** Plays one history: events, deletions, restorations, erasures and resolvers at once, with calls that fail on both sides. */
export async function playInterleaved(seed: number): Promise<History> {
  const draw = drawsOf(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(draw() * list.length)] as T;
  let now = BEGIN + 10_000_000;
  const clock = { now: () => (now += 1) };
  const roster = createMemoryRosterStore();
  const memory = createMemoryUserStore({ clock, roster });
  const storm = { rages: true };
  const deps: ResolveDependencies = {
    store: stormy(memory, draw, storm),
    directory: createMemoryUserDirectory(),
    clock,
    timers: { ...systemTimers, sleep: () => turns(3) },
    random: { next: draw, id: () => 'id' },
    metrics: createMemoryMetrics(),
    log: createMemoryLog(),
    returningUser: pick(['fresh', 'relink']),
    roster: { store: roster, isOn: true, cohort: {} },
  };
  if (draw() < 0.7) await putEntry(asAdmin(deps), { email: 'y@example.com' });
  const world = {
    deps,
    directory: deps.directory as ReturnType<typeof createMemoryUserDirectory>,
    draw,
    pick,
    minutes: 0,
  };
  await Promise.all(Array.from({ length: ACTORS }, () => act(world)));
  storm.rages = false;
  const broken = [...brokenIn(memory.users(), memory.reservations()), ...(await brokenLinks(memory.users(), roster))];
  for (let round = 0; round < 6; round += 1) {
    for (const { name } of memory.reservations()) await resolveName(deps, name);
  }
  const reservations = memory.reservations();
  const left = [...brokenIn(memory.users(), reservations), ...reservations.flatMap(leftOverOf)];
  return { broken, left: [...left, ...(await brokenLinks(memory.users(), roster))] };
}

interface World {
  readonly deps: ResolveDependencies;
  readonly directory: ReturnType<typeof createMemoryUserDirectory>;
  readonly draw: () => number;
  readonly pick: <T>(list: readonly T[]) => T;
  minutes: number;
}

async function act(world: World): Promise<void> {
  for (let n = 0; n < ACTS; n += 1) {
    try {
      await actOnce(world);
    } catch (error) {
      if (!(error instanceof StoreUnavailable || error instanceof DirectoryUnavailable)) throw error;
    }
  }
}

async function actOnce(world: World): Promise<void> {
  const { deps, directory, draw, pick } = world;
  const id = pick(IDS);
  world.minutes += 1;
  const at = BEGIN + world.minutes * 60_000;
  const options = { path: 'webhook', budgetMs: 60_000 } as const;
  const kind = draw();
  if (kind < 0.4) {
    const record = { username: pick([null, null, 'x']), clerkCreatedAt: BEGIN + IDS.indexOf(id) };
    const user = person(id, pick([...EMAILS, null]), { asOf: at, record });
    if (draw() < 0.7) directory.put(user);
    if (draw() < 0.8) await applySnapshot(deps, { source: 'event', ...user, seenAt: at + 500 }, options);
  } else if (kind < 0.47) {
    if (draw() < 0.7) directory.remove(id);
    await applySnapshot(deps, { source: 'deletion', id, at }, options);
  } else if (kind < 0.51) {
    const user = directory.users().find((each) => each.id === id);
    if (user) await applySnapshot(deps, { source: 'read', ...user, seenAt: at + 900_000, lifts: 'deleted' }, options);
  } else if (kind < 0.53) {
    const whom = draw() < 0.3 ? 'anyone' : { deletedBefore: Number.POSITIVE_INFINITY };
    const erasing = { ...deps, quarantine: createMemoryQuarantine(deps) };
    await eraseMirrored(erasing, id, { ...options, path: 'admin', whom, inClerk: whom === 'anyone' });
  } else if (kind < 0.56) {
    await actOnRoster(world, id);
  } else {
    await resolveName(deps, pick(NAMES));
  }
}

async function actOnRoster({ deps, draw, pick }: World, id: string): Promise<void> {
  const email = pick(EMAILS);
  const admin = asAdmin(deps);
  const kind = draw();
  if (kind < 0.4) await putEntry(admin, { email });
  else if (kind < 0.7) await linkRoster(admin, email, id);
  else await unlinkRoster(admin, email);
}

function asAdmin({ roster, ...deps }: ResolveDependencies): RosterAdminDependencies {
  if (!roster) throw new Error('These histories have a roster.');
  return { ...deps, roster };
}

/** Every call gives others a turn before it and after it, and fails now and then: unmade, or made and unheard. */
function stormy(store: UserStore, draw: () => number, storm: { readonly rages: boolean }): UserStore {
  const through =
    <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      if (!storm.rages) return call(...args);
      await turns(Math.floor(draw() * 4));
      if (draw() < 0.03) throw new StoreUnavailable('The call was lost.');
      const result = await call(...args);
      await turns(Math.floor(draw() * 4));
      if (draw() < 0.05) throw new StoreUnavailable('The answer was lost.');
      return result;
    };
  return {
    ...store,
    get: through((...args: Parameters<UserStore['get']>) => store.get(...args)),
    write: through((...args: Parameters<UserStore['write']>) => store.write(...args)),
    writeTogether: through((...args: Parameters<UserStore['writeTogether']>) => store.writeTogether(...args)),
    reservation: through((...args: Parameters<UserStore['reservation']>) => store.reservation(...args)),
    tidy: through((...args: Parameters<UserStore['tidy']>) => store.tidy(...args)),
  };
}

function brokenIn(all: readonly StoredUser[], reservations: readonly Reservation[]): string[] {
  const users = new Map(all.map((user) => [user.id, user]));
  const byKey = new Map(reservations.map((reservation) => [nameKey(reservation.name), reservation]));
  return [
    ...all.flatMap((user) =>
      (['email', 'username'] as const).flatMap((kind) => {
        const [held, waited] = [user.held[kind], waitsFor(user, kind)];
        const of = (value: string): Reservation | undefined => byKey.get(nameKey({ kind, value }));
        return [
          ...(user.tombstone && held !== undefined ? [`${user.id} is deleted and holds ${held}`] : []),
          ...(held !== undefined && of(held)?.owner !== user.id ? [`${user.id} holds ${held}, owned by another`] : []),
          ...(waited !== undefined && !of(waited)?.claimants.includes(user.id)
            ? [`${user.id} waits for ${waited} unknown to it`]
            : []),
        ];
      }),
    ),
    ...reservations.flatMap(({ name, owner }) =>
      owner !== undefined && users.get(owner)?.held[name.kind] !== name.value
        ? [`${nameKey(name)} belongs to ${owner}, who does not hold it`]
        : [],
    ),
    ...reservations.flatMap(({ name, lastOwner }) => {
      const last = lastOwner === undefined ? undefined : users.get(lastOwner);
      return lastOwner !== undefined && (!last?.tombstone || last.tombstone.erasedAt !== undefined)
        ? [`${nameKey(name)} remembers ${lastOwner}, who is not dead or is erased`]
        : [];
    }),
  ];
}

function leftOverOf({ name, owner, lastOwner, claimants, isListed }: Reservation): string[] {
  const key = nameKey(name);
  return [
    ...(owner === undefined && claimants.length > 0 ? [`${key} is free, and ${claimants.join()} wait`] : []),
    ...(isListed !== claimants.length > 0 ? [`${key} is listed: ${isListed}, with ${claimants.length} who wait`] : []),
    ...(owner === undefined && lastOwner === undefined ? [`${key} is needed by nobody`] : []),
  ];
}

async function turns(count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) await new Promise<void>((resolve) => void setImmediate(resolve));
}

/** Uniform in [0, 1); the same numbers for the same seed. */
function drawsOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}
