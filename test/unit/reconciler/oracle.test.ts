import { describe, expect, it } from 'vitest';
import { reconcile } from '../../../functions/reconciler/reconcile.ts';
import type { StoredUser } from '../../../shared/domain/user.ts';
import type { DirectoryUser } from '../../../shared/ports/user-directory.ts';
import type { RunSummary } from '../../../shared/sync/reconcile/summary.ts';
import type { ReconcileLimits } from '../../../shared/sync/reconcile/dependencies.ts';
import { clerkUser, EPOCH, userId } from './support/clerk.ts';
import type { UserOverrides } from './support/clerk.ts';
import { Journal } from './support/journal.ts';
import type { World } from './support/world.ts';
import { createWorld, liveUsers, START, usersOfClerk } from './support/world.ts';

/** What the table has instead, each field by itself; the record's creation time moves a user in the index as well. */
const DIFFERENT: Readonly<Record<string, UserOverrides>> = {
  email: { profile: { email: 'before@example.com' } },
  firstName: { profile: { firstName: null } },
  lastName: { profile: { lastName: 'Before' } },
  imageUrl: { profile: { imageUrl: 'https://example.com/before.png' } },
  verifiedEmail: { record: { verifiedEmail: null } },
  username: { record: { username: null } },
  externalId: { record: { externalId: 'before' } },
  banned: { record: { banned: true } },
  deprovisioned: { record: { deprovisioned: true } },
  publicMetadata: { record: { publicMetadata: { cohort: 'before' } } },
  clerkCreatedAt: { record: { clerkCreatedAt: EPOCH + 1 } },
};
const FIELDS = Object.keys(DIFFERENT);

const USERS = 5_000;
const EXTRA = 37;
const TIED = { from: 1_400, to: 2_100 };

type Plant = 'same' | 'missing' | 'buried' | 'token-only' | 'edited' | (string & {});

/** Every hundredth users or so of each kind, tied ones among them. */
function plantOf(n: number): Plant {
  if (n % 97 === 3) return 'missing';
  if (n % 101 === 5) return 'buried';
  if (n % 103 === 7) return 'token-only';
  if (n % 107 === 11) return 'edited';
  return n % 19 === 13 ? (FIELDS[Math.floor(n / 19) % FIELDS.length] ?? 'same') : 'same';
}

function userNumber(n: number, overrides: UserOverrides = {}): DirectoryUser {
  const isTied = n >= TIED.from && n < TIED.to;
  const createdAt = EPOCH + (isTied ? TIED.from : n) * 60_000;
  return clerkUser(n, {
    ...overrides,
    record: { clerkCreatedAt: createdAt, ...overrides.record },
    asOf: overrides.asOf ?? START - 86_400_000,
  });
}

interface Planted {
  readonly world: World;
  readonly plants: ReadonlyMap<Plant, number>;
}

async function plant(limits: Partial<ReconcileLimits> = {}): Promise<Planted> {
  const guard = { most: 100, mostOfAll: 0.5, share: 0.02, few: 20 };
  const world = createWorld({ chunkMs: 2_000, guard, ...limits });
  const plants = new Map<Plant, number>();
  for (let n = 0; n < USERS; n += 1) {
    const kind = plantOf(n);
    plants.set(kind, (plants.get(kind) ?? 0) + 1);
    world.clerk.add(userNumber(n));
    await plantUser(world, kind, n);
  }
  for (let n = USERS; n < USERS + EXTRA; n += 1) await world.mirror([userNumber(n)]);
  world.clerk.before = (call) => (call.method === 'listUsers' ? world.time.advance(1_000) : undefined);
  return { world, plants };
}

async function plantUser(world: World, kind: Plant, n: number): Promise<void> {
  const id = userId(n);
  if (kind === 'missing') return;
  if (kind === 'token-only') return world.createFromToken(id, { email: `person${n}@example.com` });
  const before = DIFFERENT[kind];
  await world.mirror([before ? userNumber(n, { ...before, asOf: 1 }) : userNumber(n)]);
  if (kind === 'buried') await world.remove(id, START - 3_600_000);
  if (kind === 'edited') world.editByHand(id, edited);
}

function edited(user: StoredUser): StoredUser {
  return { ...user, profile: { ...user.profile, content: { ...user.profile.content, imageUrl: 'by hand' } } };
}

/** What a run has to answer, from what was planted. */
function expected({ plants }: Planted, isForced: boolean) {
  const of = (kind: Plant): number => plants.get(kind) ?? 0;
  const different = FIELDS.reduce((total, field) => total + of(field), 0);
  const editedUsers = isForced ? of('edited') : 0;
  return {
    status: 'repaired',
    clerkUsers: USERS,
    storedUsers: USERS,
    created: of('missing'),
    restored: of('buried'),
    updated: different + of('token-only') + editedUsers,
    deleted: EXTRA,
  };
}

/** Every field that differs: a token leaves unknown what only the record has and what it does not carry, an edit changes the picture. */
function expectedDrift({ plants }: Planted, isForced: boolean) {
  const of = (kind: Plant): number => plants.get(kind) ?? 0;
  return {
    email: of('email'),
    banned: of('banned') + of('token-only'),
    deprovisioned: of('deprovisioned') + of('token-only'),
    verifiedEmail: of('verifiedEmail') + of('token-only'),
    username: of('username') + of('token-only'),
    externalId: of('externalId'),
    deletedAt: of('buried'),
    clerkCreatedAt: of('clerkCreatedAt') + of('token-only'),
    publicMetadata: of('publicMetadata') + of('token-only'),
    lastName: of('lastName') + of('token-only'),
    firstName: of('firstName') + of('token-only'),
    imageUrl: of('imageUrl') + (isForced ? of('edited') : 0),
  };
}

/** Users in the drift report, by kind; who was buried is `deletedAt` of the drift. */
function byKind({ report }: RunSummary): Record<string, number> {
  const users: Record<string, number> = {};
  for (const [kind, found] of Object.entries(report)) users[kind === 'buried' ? 'deletedAt' : kind] = found.users;
  return users;
}

function editedAmongTied(): number {
  const tied = Array.from({ length: TIED.to - TIED.from }, (_, n) => plantOf(TIED.from + n));
  return tied.filter((kind) => kind === 'edited').length;
}

const TIED_TIME = EPOCH + TIED.from * 60_000;

/** Creation times at which the walk of 50 pages is divided. */
const DIVIDED: readonly (readonly [string, readonly number[]])[] = [
  ['at the tied users', [TIED_TIME, minute(2_500), minute(3_750)]],
  ['just behind them and into empty parts', [TIED_TIME - 1, TIED_TIME + 1, TIED_TIME + 2]],
  ['anywhere', [0, 1, 2].map(() => minute(Math.floor(Math.random() * USERS)))],
];

function minute(n: number): number {
  return EPOCH + n * 60_000;
}

/** Kills the run after each of these steps, then lets it come to its end. */
async function killedAfter(world: World, deaths: readonly string[], event: unknown = { mode: 'full' }) {
  const journal = new Journal();
  let summary;
  for (const step of [...deaths, undefined]) {
    journal.dieAfter = step;
    summary = await journal.execute((context) => reconcile(event, context, world.deps));
    expect([step, summary === 'died']).toEqual([step, step !== undefined]);
  }
  return { summary, journal };
}

async function expectInSync(world: World): Promise<void> {
  const written = world.writes.length;
  expect(await world.run()).toMatchObject({ status: 'in-sync', storedUsers: USERS, drift: {} });
  expect(world.writes).toHaveLength(written);
}

describe('5,000 users with drift of every kind', () => {
  it('are repaired and counted exactly by a run that is killed six times on the way', async () => {
    const planted = await plant();
    const { world } = planted;
    const { summary } = await killedAfter(world, ['walk-1', 'walk-3', 'unknown', 'judge', 'delete-1', 'close']);
    expect(summary).toMatchObject(expected(planted, false));
    expect(summary).toMatchObject({ drift: expectedDrift(planted, false) });
    const byHand = liveUsers(world).filter(({ profile }) => profile.imageUrl === 'by hand');
    expect(byHand).toHaveLength(planted.plants.get('edited') ?? 0);
    await expectInSync(world);
  });

  it.each(DIVIDED)('are repaired and counted exactly in windows divided %s (%j)', async (_, bounds) => {
    const planted = await plant({ pageSize: 100, largeMoment: 100 });
    const { world } = planted;
    await world.runs.putMarks(bounds);
    const deaths = ['walk-1', 'walk-2', 'walk-4', 'unknown', 'judge', 'delete-1'];
    const { summary, journal } = await killedAfter(world, deaths);

    // The tied users are too many for the memory: each is read by key, and whoever is read shows an edit by hand.
    const edits = editedAmongTied();
    const repairs = expected(planted, false);
    const drift = expectedDrift(planted, false);
    expect(summary).toMatchObject({ ...repairs, updated: repairs.updated + edits });
    expect(summary).toMatchObject({ drift: { ...drift, imageUrl: drift.imageUrl + edits } });
    expect(journal.operations.filter((name) => name.startsWith('walk-')).length).toBeGreaterThan(3);
    await expectInSync(world);
  });

  it('are repaired with the edits by hand by a forced run, which a dry one has foretold', async () => {
    const planted = await plant();
    const { world } = planted;
    const repairs = expected(planted, true);
    const drift = expectedDrift(planted, true);
    const dry = await world.run(new Journal(), { mode: 'full', force: true, dryRun: true });
    const stored = USERS + EXTRA - repairs.created - repairs.restored;
    expect(dry).toMatchObject({ ...repairs, drift, status: 'drift', storedUsers: stored });
    expect(byKind(dry)).toEqual({ ...drift, deletedAt: repairs.restored, missing: repairs.created, extra: EXTRA });
    expect(dry.report['imageUrl']?.causes['hand-edit']).toBe(planted.plants.get('edited'));
    expect(world.writes).toEqual([]);

    const forced = await world.run(new Journal(), { mode: 'full', force: true });
    expect(forced).toMatchObject({ ...repairs, drift });
    expect(byKind(forced)).toEqual(byKind(dry));
    expect(liveUsers(world)).toEqual(usersOfClerk(world));
    const written = world.writes.length;
    expect(await world.run(new Journal(), { mode: 'full', force: true })).toMatchObject({ status: 'in-sync' });
    expect(world.writes).toHaveLength(written);
  });
});
