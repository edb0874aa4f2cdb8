import { beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../../shared/domain/json.ts';
import type { MirroredUser } from '../../../shared/domain/user.ts';
import { StoreUnavailable, UnstorableUser } from '../../../shared/ports/user-store.ts';
import type { AppStore } from '../../../shared/ports/app-store.ts';
import type { IndexedUser, UserStore } from '../../../shared/ports/user-store.ts';
import { aTokenUser, aUser, aWrite, create, NOW, PROFILE, written } from './users.ts';

/** A user store, and what else happens around one. */
export interface UserStoreWorld {
  readonly store: UserStore;
  /** What users themselves change on the same items. */
  readonly apps: AppStore;
  /** Sets the adapter's clock, ms. */
  setClock(ms: number): void;
  /** Writes `app` as the application does: not through the store. */
  writeApp(id: string, app: JsonObject): Promise<void>;
  /** Gives an item a time to live, ms. */
  expireAt(id: string, ms: number): Promise<void>;
}

const ID = 'user_ada';
const DAY_MS = 86_400_000;

/** Listing from here on goes through a few months; from 1970 on, through some 680. */
const RECENT = Date.UTC(2025, 10);

/** What every user store does. @param open a world with an empty store */
export function describeUserStore(name: string, open: () => Promise<UserStoreWorld>): void {
  describe(`user store: ${name}`, () => {
    let world: UserStoreWorld;
    let store: UserStore;
    beforeEach(async () => {
      world = await open();
      store = world.store;
    });
    const current = async (id = ID): ReturnType<UserStore['get']> => store.get(id, { consistent: true });

    describe('keeps what it is given', () => {
      it('has no user that nobody wrote', async () => {
        expect(await store.get(ID)).toBeUndefined();
        expect(await current()).toBeUndefined();
      });

      it('gives back a created user with its stamps, consistently and eventually', async () => {
        const user = await create(store, aUser(ID), { path: 'authorizer', now: NOW + 7 });
        const stamps = {
          revision: 1,
          createdAt: NOW + 7,
          updatedAt: NOW + 7,
          changedBy: 'authorizer',
          app: {},
          held: {},
        };
        expect(user).toEqual({ ...aUser(ID), ...stamps });
        expect(await current()).toEqual(user);
        await expect.poll(() => store.get(ID), { timeout: 10_000 }).toEqual(user);
      });

      it('says what the item itself looks like, to those who ask alone', async () => {
        const user = await create(store, aUser(ID), { fingerprint: 'print' });
        const item = {
          fingerprint: 'print',
          isListedRight: true,
          isExpiring: false,
          isOutdated: false,
          unreadable: [],
        };
        for (const examine of ['read', 'mend'] as const) {
          expect(await store.get(ID, { consistent: true, examine })).toEqual({ ...user, item });
        }
        await world.expireAt(ID, NOW + DAY_MS);
        const expiring = await store.get(ID, { consistent: true, examine: 'read' });
        expect(expiring).toEqual({ ...user, item: { ...item, isExpiring: true } });
        expect(await store.get('user_bea', { examine: 'mend' })).toBeUndefined();
        expect(await current()).toEqual(user);
      });

      it('writes an examined user as any other, and says nothing of its item afterwards', async () => {
        await create(store, aUser(ID));
        const expected = await store.get(ID, { consistent: true, examine: 'mend' });
        const after = written(await store.write(aWrite(aUser(ID, { lastName: 'Byron' }), expected)));
        expect(after).not.toHaveProperty('item');
        expect(await current()).toEqual(after);
      });

      it('gives back what a run has noted, until another run notes something', async () => {
        const note = { runId: 'run-1', step: 'walk-1', outcome: 'created', changedFields: [] } as const;
        const first = await create(store, aUser(ID), { runChange: note });
        expect(first.runChange).toEqual(note);
        const second = written(await store.write(aWrite(aUser(ID, { firstName: 'Augusta' }), first)));
        expect(second.runChange).toEqual(note);
        const other = {
          runId: 'run-2',
          step: 'walk-7',
          outcome: 'updated',
          changedFields: ['email', 'banned'],
        } as const;
        const third = written(await store.write(aWrite(aUser(ID), second, { runChange: other })));
        expect(third.runChange).toEqual(other);
        expect(await current()).toEqual(third);
      });

      it('keeps no note of an item past its time for the user who comes after it', async () => {
        const runChange = { runId: 'run-1', step: 'walk-1', outcome: 'deleted', changedFields: ['deletedAt'] } as const;
        await create(store, aUser(ID), { runChange });
        await world.expireAt(ID, NOW);
        expect((await create(store, aUser(ID))).runChange).toBeUndefined();
        expect(await current()).not.toHaveProperty('runChange');
      });

      it.each(Object.entries(USERS))('gives back %s', async (_name, user) => {
        const result = await create(store, user);
        expect(result).toMatchObject(user);
        const {
          revision: _revision,
          createdAt: _c,
          updatedAt: _u,
          changedBy: _by,
          app: _app,
          held: _h,
          ...mirrored
        } = result;
        expect(mirrored).toEqual(user);
        expect(await current(user.id)).toEqual(result);
      });

      it.each(Object.entries(METADATA))('gives back metadata with %s', async (_name, publicMetadata) => {
        await create(store, aUser(ID, {}, { publicMetadata }));
        expect((await current())?.record?.content.publicMetadata).toEqual(publicMetadata);
      });

      it('keeps what its caller knows apart from the user out of it', async () => {
        const first = await create(store, aUser(ID));
        const impostor = { ...first, revision: 40, app: { taken: true } };
        const second = written(await store.write(aWrite(impostor, first)));
        expect(second).toMatchObject({ revision: 2, app: {} });
      });

      it('forgets a record, a tombstone and a restoration that the next state does not have', async () => {
        const full = { ...aUser(ID), tombstone: { deletedAt: NOW - 5 }, restoredAt: NOW - 9, locked: true };
        const first = await create(store, full);
        const second = written(await store.write(aWrite(aTokenUser(ID), first)));
        expect(second).toMatchObject({ record: undefined, tombstone: undefined, restoredAt: undefined, locked: false });
        expect(await current()).toEqual(second);
      });
    });

    describe('lets one of several writers win', () => {
      it('counts revisions, and keeps the time of creation', async () => {
        const first = await create(store, aUser(ID));
        const next = aUser(ID, { firstName: 'Augusta' });
        const second = written(
          await store.write(aWrite(next, first, { path: 'reconciler', now: NOW + DAY_MS, fingerprint: 'other' })),
        );
        expect(second).toMatchObject({ revision: 2, createdAt: NOW, updatedAt: NOW + DAY_MS, changedBy: 'reconciler' });
        expect(second.profile.content.firstName).toBe('Augusta');
        expect(await current()).toEqual(second);
      });

      it('tells the loser of two updates what the winner wrote', async () => {
        const first = await create(store, aUser(ID));
        const winner = written(await store.write(aWrite(aUser(ID, { lastName: 'Winner' }), first)));
        const loser = await store.write(aWrite(aUser(ID, { lastName: 'Loser' }), first));
        expect(loser).toEqual({ status: 'lost', current: winner });
        expect(await current()).toEqual(winner);
      });

      it('tells the loser of two creators what the winner wrote', async () => {
        const results = await Promise.all([
          store.write(aWrite(aUser(ID, { lastName: 'One' }))),
          store.write(aWrite(aUser(ID, { lastName: 'Two' }))),
        ]);
        const winners = results.flatMap((result) => (result.status === 'written' ? [result.user] : []));
        const losers = results.flatMap((result) => (result.status === 'lost' ? [result.current] : []));
        expect(winners).toHaveLength(1);
        expect(losers).toEqual(winners);
        expect(await current()).toEqual(winners[0]);
      });

      it('tells the writer of a user who is gone that there is none', async () => {
        const elsewhere = await create(store, aUser('user_other'));
        expect(await store.write(aWrite(aUser(ID), { ...elsewhere, id: ID }))).toEqual({
          status: 'lost',
          current: undefined,
        });
        expect(await current()).toBeUndefined();
      });

      it('takes every write of 64 writers who race and try again', { timeout: 60_000 }, async () => {
        const sign = async (writer: number): Promise<void> => {
          let known = await store.get(ID);
          for (;;) {
            const signed = { ...known?.record?.content.publicMetadata, [`writer${writer}`]: true };
            const result = await store.write(aWrite(aUser(ID, {}, { publicMetadata: signed }), known));
            if (result.status === 'written') return;
            if (result.status === 'lost') known = result.current;
          }
        };
        await Promise.all(Array.from({ length: 64 }, (_, writer) => sign(writer)));
        const last = await current();
        expect(last?.revision).toBe(64);
        expect(Object.keys(last?.record?.content.publicMetadata ?? {})).toHaveLength(64);
      });
    });

    describe('leaves the application its attributes', () => {
      it('keeps what the application writes between a read and a write', async () => {
        const first = await create(store, aUser(ID));
        const app = { bio: 'écrit ✍️', followers: ['user_b'], stats: { posts: 3, rate: 0.5, last: null } };
        await world.writeApp(ID, app);
        const second = written(await store.write(aWrite(aUser(ID, { firstName: 'Augusta' }), first)));
        expect(second.app).toEqual(app);
        expect((await current())?.app).toEqual(app);
      });

      it('keeps it through a deletion and a restoration', async () => {
        const first = await create(store, aUser(ID));
        await world.writeApp(ID, { bio: 'here' });
        const deleted = written(await store.write(aWrite({ ...first, tombstone: { deletedAt: NOW } }, first)));
        const restored = written(await store.write(aWrite({ ...aUser(ID), restoredAt: NOW + 1 }, deleted)));
        expect(restored).toMatchObject({ tombstone: undefined, restoredAt: NOW + 1, app: { bio: 'here' } });
      });

      it('gives it to the loser of a race too', async () => {
        const first = await create(store, aUser(ID));
        await store.write(aWrite(aUser(ID, { lastName: 'Winner' }), first));
        await world.writeApp(ID, { bio: 'here', deep: { list: [1, 'two', false, null, {}] } });
        const lost = await store.write(aWrite(aUser(ID, { lastName: 'Loser' }), first));
        expect(lost).toMatchObject({
          status: 'lost',
          current: { app: { bio: 'here', deep: { list: [1, 'two', false, null, {}] } } },
        });
      });
    });

    describe('takes an item past its time to live for none', () => {
      const dead: MirroredUser = { ...aUser(ID), tombstone: { deletedAt: NOW - DAY_MS, erasedAt: NOW - DAY_MS } };

      it('until the very second, and from then on', async () => {
        await create(store, dead);
        await world.expireAt(ID, NOW + 10_000);
        world.setClock(NOW + 9_999);
        expect(await current()).toMatchObject({ tombstone: dead.tombstone });
        world.setClock(NOW + 10_000);
        expect(await current()).toBeUndefined();
        expect(await store.get(ID)).toBeUndefined();
      });

      it('lets a creation stand in its place, with nothing of it left', async () => {
        await create(store, dead);
        await world.writeApp(ID, { bio: 'of the dead' });
        await world.expireAt(ID, NOW + 1000);
        world.setClock(NOW + 2000);
        const born = await create(store, aTokenUser(ID), { now: NOW + 2000 });
        expect(born).toEqual({
          ...aTokenUser(ID),
          revision: 1,
          createdAt: NOW + 2000,
          updatedAt: NOW + 2000,
          changedBy: 'webhook',
          app: {},
          held: {},
        });
        world.setClock(NOW + 400 * DAY_MS);
        expect(await current()).toEqual(born);
      });

      it('refuses an update of it, and says that there is none', async () => {
        const tombstone = await create(store, dead);
        await world.expireAt(ID, NOW + 1000);
        world.setClock(NOW + 2000);
        expect(await store.write(aWrite(aUser(ID), tombstone))).toEqual({ status: 'lost', current: undefined });
      });

      it('keeps the time to live of a tombstone that is written again, and ends that of a restored user', async () => {
        const tombstone = await create(store, dead);
        await world.expireAt(ID, NOW + 60_000);
        const later = written(await store.write(aWrite({ ...dead, tombstone: { deletedAt: NOW } }, tombstone)));
        world.setClock(NOW + 60_000);
        expect(await current()).toBeUndefined();
        world.setClock(NOW);
        const restored = written(await store.write(aWrite(aUser(ID), later)));
        world.setClock(NOW + 60_000);
        expect(await current()).toEqual(restored);
      });
    });

    describe('lists live users by creation', () => {
      const at = (id: string, clerkCreatedAt: number): Promise<unknown> =>
        create(store, aUser(id, {}, { clerkCreatedAt }));
      const listed = async (from: number): Promise<string[]> => {
        const ids: string[] = [];
        for await (const { id } of store.listByCreation(from)) ids.push(id);
        return ids;
      };

      it('lists nobody when there is nobody', async () => {
        expect(await listed(0)).toEqual([]);
        expect(await all(store.listUnknownCreation())).toEqual([]);
      });

      it('in order, over months and years, with ties by id', async () => {
        await at('user_d', Date.UTC(2026, 0, 31, 23, 59, 59, 999));
        await at('user_c', Date.UTC(2026, 1, 1));
        await at('user_b', Date.UTC(2026, 1, 1));
        await at('user_a', Date.UTC(2026, 1, 1));
        await at('user_f', 0);
        await at('user_e', Date.UTC(2019, 5, 1));
        await at('user_g', NOW + 20 * DAY_MS);
        const ordered = ['user_f', 'user_e', 'user_d', 'user_a', 'user_b', 'user_c', 'user_g'];
        await expect.poll(() => listed(0), { timeout: 10_000 }).toEqual(ordered);
      });

      it('up to a time, to the millisecond, over months and inside one', async () => {
        const month = Date.UTC(2026, 1, 1);
        for (const shift of [-40 * DAY_MS, -1, 0, 1, 2, 40 * DAY_MS]) await at(`user_${shift + 9}`, month + shift);
        const between = async (from: number, until: number): Promise<number[]> => {
          const rows = await all(store.listByCreation(month + from, { until: month + until }));
          return rows.map(({ clerkCreatedAt }) => clerkCreatedAt - month);
        };
        await expect.poll(() => between(-50 * DAY_MS, 50 * DAY_MS), { timeout: 10_000 }).toHaveLength(6);
        expect(await between(-50 * DAY_MS, 0)).toEqual([-40 * DAY_MS, -1]);
        expect(await between(-1, 1)).toEqual([-1, 0]);
        expect(await between(0, 2)).toEqual([0, 1]);
        expect(await between(1, 2)).toEqual([1]);
        expect(await between(1, 41 * DAY_MS)).toEqual([1, 2, 40 * DAY_MS]);
        expect(await between(1, 1)).toEqual([]);
        expect(await between(2, 1)).toEqual([]);
      });

      it('from a time on, to the millisecond', async () => {
        const start = Date.UTC(2026, 1, 10, 8);
        for (const [id, shift] of [
          ['user_before', -1],
          ['user_at', 0],
          ['user_after', 1],
        ] as const)
          await at(id, start + shift);
        await expect.poll(() => listed(start), { timeout: 10_000 }).toEqual(['user_at', 'user_after']);
        expect(await listed(start + 1)).toEqual(['user_after']);
        expect(await listed(start + 2)).toEqual([]);
        expect(await listed(Date.UTC(2026, 2))).toEqual([]);
      });

      it('each with fingerprint, creation time and versions', async () => {
        const user = aUser(ID);
        await create(store, user, { fingerprint: 'the-print' });
        const row: IndexedUser = {
          id: ID,
          clerkCreatedAt: NOW - DAY_MS,
          fingerprint: 'the-print',
          profileVersion: user.profile.version,
          recordVersion: user.record?.version,
        };
        await expect.poll(() => all(store.listByCreation(NOW - DAY_MS)), { timeout: 10_000 }).toEqual([row]);
      });

      it('and counts them without reading them, whole months at a time', async () => {
        const counts = (from: number) => all(store.countLive(from));
        await create(store, aTokenUser('user_token'));
        await create(store, { ...aUser('user_gone', {}, { clerkCreatedAt: NOW }), tombstone: { deletedAt: NOW } });
        for (let n = 0; n < 5; n += 1) await at(`user_${n}`, Date.UTC(2026, 0, 31, 23, 59, 59, 990 + n));
        for (let n = 5; n < 8; n += 1) await at(`user_${n}`, Date.UTC(2026, 1, 1) + n);
        const total = async (): Promise<number> => (await counts(0)).reduce((sum, { users }) => sum + users, 0);
        await expect.poll(total, { timeout: 10_000 }).toBe(9);
        const since = await counts(Date.UTC(2026, 0, 20));
        expect(since[0]).toEqual({ users: 5, next: Date.UTC(2026, 1) });
        expect(since[1]).toEqual({ users: 3, next: Date.UTC(2026, 2) });
        expect(since.at(-1)).toEqual({ users: 1, next: undefined });
        expect((await counts(Date.UTC(2026, 1))).slice(0, 1)).toEqual([{ users: 3, next: Date.UTC(2026, 2) }]);
        expect(await counts(NOW + 400 * DAY_MS)).toEqual([{ users: 1, next: undefined }]);
      });

      it('those of unknown creation apart, until a record tells it', async () => {
        const first = await create(store, aTokenUser('user_b'));
        await create(store, aTokenUser('user_a'));
        const row = { clerkCreatedAt: 0, profileVersion: { asOf: 0, seenAt: 0 }, recordVersion: undefined };
        await expect
          .poll(() => all(store.listUnknownCreation()), { timeout: 10_000 })
          .toEqual([
            { ...row, id: 'user_a', fingerprint: 'print-of-user_a' },
            { ...row, id: 'user_b', fingerprint: 'print-of-user_b' },
          ]);
        expect(await listed(RECENT)).toEqual([]);
        await store.write(aWrite(aUser('user_b'), first));
        await expect.poll(() => listed(RECENT), { timeout: 10_000 }).toEqual(['user_b']);
        expect(await all(store.listUnknownCreation())).toMatchObject([{ id: 'user_a' }]);
      });

      it('without tombstones, and again with the restored', async () => {
        const first = await create(store, aUser(ID));
        const unknown = await create(store, aTokenUser('user_token'));
        const deleted = written(await store.write(aWrite({ ...first, tombstone: { deletedAt: NOW } }, first)));
        await store.write(aWrite({ ...unknown, tombstone: { deletedAt: NOW } }, unknown));
        await expect.poll(() => listed(RECENT), { timeout: 10_000 }).toEqual([]);
        expect(await all(store.listUnknownCreation())).toEqual([]);
        await store.write(aWrite({ ...aUser(ID), restoredAt: NOW }, deleted));
        await expect.poll(() => listed(RECENT), { timeout: 10_000 }).toEqual([ID]);
      });

      it('under its new month when Clerk corrects the time of creation', async () => {
        const first = await create(store, aUser(ID));
        await store.write(aWrite(aUser(ID, {}, { clerkCreatedAt: Date.UTC(2025, 11) }), first));
        await expect
          .poll(() => all(store.listByCreation(RECENT)), { timeout: 10_000 })
          .toMatchObject([{ id: ID, clerkCreatedAt: Date.UTC(2025, 11) }]);
      });

      it('page by page, more than a page holds', async () => {
        const ids = Array.from({ length: 23 }, (_, number) => `user_${String(number).padStart(2, '0')}`);
        await Promise.all(ids.map((id, number) => at(id, Date.UTC(2026, 1, 1) + number * 1000)));
        await expect.poll(() => listed(Date.UTC(2026, 0)), { timeout: 10_000 }).toEqual(ids);
      });

      it('as far as the reader wants', async () => {
        for (const month of [0, 1, 2]) await at(`user_${month}`, Date.UTC(2026, month));
        await expect.poll(() => listed(RECENT), { timeout: 10_000 }).toHaveLength(3);
        for await (const { id } of store.listByCreation(RECENT)) {
          expect(id).toBe('user_0');
          break;
        }
      });
    });

    describe('refuses what it cannot keep faithfully', () => {
      it.each(Object.entries(UNSTORABLE))('%s', async (_name, { user, reason }) => {
        const refused = await store.write(aWrite(user)).catch((error: unknown) => error);
        expect(refused).toBeInstanceOf(UnstorableUser);
        expect(String(refused)).toContain(`(${reason})`);
        expect(await current()).toBeUndefined();
      });

      it('an item that what the application keeps on it would make too large', async () => {
        const first = await create(store, aUser(ID));
        await world.writeApp(ID, { album: 'x'.repeat(300_000) });
        const known = await current();
        const large = aUser(ID, {}, { publicMetadata: { notes: 'y'.repeat(100_000) } });
        await expect(store.write(aWrite(large, known))).rejects.toThrow(UnstorableUser);
        expect(await current()).toMatchObject({ revision: first.revision });
      });
    });

    describe('gives up when it is told to', () => {
      const aborted = AbortSignal.abort(new Error('No time is left.'));

      it('a read, a write and a listing', async () => {
        await expect(store.get(ID, { signal: aborted })).rejects.toThrow(StoreUnavailable);
        await expect(store.write(aWrite(aUser(ID)), { signal: aborted })).rejects.toThrow(StoreUnavailable);
        await expect(all(store.listByCreation(0, { signal: aborted }))).rejects.toThrow(StoreUnavailable);
        await expect(all(store.listUnknownCreation({ signal: aborted }))).rejects.toThrow(StoreUnavailable);
        await expect(all(store.countLive(0, { signal: aborted }))).rejects.toThrow(StoreUnavailable);
        expect(await current()).toBeUndefined();
      });
    });
  });
}

export async function all<T>(list: AsyncIterable<T>): Promise<T[]> {
  const rows: T[] = [];
  for await (const row of list) rows.push(row);
  return rows;
}

const NOTHING = { email: null, firstName: null, lastName: null, imageUrl: null };
const EMPTY = { email: '', firstName: '', lastName: '', imageUrl: '' };

const USERS: Record<string, MirroredUser> = {
  'a user of nothing but nulls': aUser(ID, NOTHING, { verifiedEmail: null, username: null, externalId: null }),
  'a user of empty texts': aUser(ID, EMPTY, { verifiedEmail: '', username: '', externalId: '', publicMetadata: {} }),
  'a user of flags': { ...aUser(ID, {}, { banned: true, deprovisioned: true }), locked: true },
  'names in other scripts and emoji': aUser(
    ID,
    { firstName: '李小龍 👩🏽‍🚀', lastName: 'Ğüneş-Ωμέγα مثال', email: 'δοκιμή@example.com' },
    { username: '𝒜da', verifiedEmail: 'δοκιμή@example.com' },
  ),
  'a decomposed name as it is': aUser(ID, { firstName: 'Zoe\u0308', lastName: '\u0000\n\t"\\' }),
  'a user known from a token only': aTokenUser(ID),
  'a tombstone of an unknown user': {
    ...aTokenUser(ID),
    profile: { content: NOTHING, version: { asOf: 0, seenAt: 0 } },
    tombstone: { deletedAt: NOW - 1 },
  },
  'a tombstone with its personal fields': { ...aUser(ID), tombstone: { deletedAt: NOW - 123 } },
  'an erased user': { ...aUser(ID, NOTHING), tombstone: { deletedAt: NOW - 123, erasedAt: NOW - 7 } },
  'a restored user': { ...aUser(ID), restoredAt: NOW - 1 },
  'times of before 1970 and of a far year': {
    ...aUser(ID),
    tombstone: { deletedAt: -1 },
    restoredAt: Date.UTC(12_000, 0, 1, 0, 0, 0, 1),
  },
  'versions to the last millisecond': {
    ...aUser(ID),
    profile: { content: PROFILE, version: { asOf: Number.MAX_SAFE_INTEGER, seenAt: 0 } },
  },
  'the first and the last creation time': aUser(ID, {}, { clerkCreatedAt: 9_999_999_999_999 }),
  'an id with other signs': aUser('user_#/é', {}, { clerkCreatedAt: 0 }),
};

/** A value inside `wraps` maps: the value itself is at level `wraps` + 2 of the item, for `publicMetadata` is the first. */
function nested(wraps: number, value: JsonValue): JsonObject {
  let object: JsonObject = { value };
  for (let level = 0; level < wraps; level += 1) object = { in: object };
  return object;
}

const METADATA: Record<string, JsonObject> = {
  'nothing in it': {},
  'every kind of value': { t: true, f: false, nil: null, text: 'x', list: [[], {}, [1, [null]]], map: { map: {} } },
  'keys that mean something to JavaScript': {
    constructor: 'x',
    prototype: { constructor: { name: 'Set' } },
    toString: 1,
    hasOwnProperty: null,
  },
  'keys that mean something to DynamoDB': { S: 'x', N: '1', M: { L: [] }, '#a': 1, ':b': 2, 'c.d[0]': 3, ' ': 4 },
  'keys in other scripts': { ключ: 'значение', '🔑': ['🚪'] },
  'numbers of every size': {
    zero: 0,
    third: 1 / 3,
    tenth: 0.1,
    minus: -1.5,
    most: Number.MAX_SAFE_INTEGER,
    least: Number.MIN_SAFE_INTEGER,
    tiny: 1.5e-130,
    digits: 0.123_456_789_012_345_68,
  },
  'texts that look like numbers': { a: '007', b: '1e3', c: 'NaN' },
  '8 KB, as much as Clerk takes': { text: 'å'.repeat(2000), list: Array.from({ length: 500 }, (_, n) => `tag${n}`) },
  'a hundred KB': { text: 'x'.repeat(100_000) },
  'the deepest nesting of maps': nested(30, 'here'),
  'the deepest nesting of lists': nested(0, JSON.parse('['.repeat(31) + ']'.repeat(31)) as JsonValue),
};

const UNSTORABLE: Record<string, { user: MirroredUser; reason: string }> = {
  'a number beyond the safe integers': metadata({ n: 2 ** 53 }, 'number'),
  'a number beyond them below zero': metadata({ n: [-(2 ** 53)] }, 'number'),
  'a large number': metadata({ n: 1e126 }, 'number'),
  'a number that rounds to nothing': metadata({ n: 1e-131 }, 'number'),
  'an infinite number, as 1e999 is parsed': metadata({ n: Number.POSITIVE_INFINITY }, 'number'),
  'a version that is no number': {
    user: { ...aUser(ID), profile: { content: PROFILE, version: { asOf: Number.NaN, seenAt: 0 } } },
    reason: 'number',
  },
  'maps nested too deep': metadata(nested(31, 'x'), 'nesting'),
  'lists nested too deep': metadata(nested(0, JSON.parse('['.repeat(32) + ']'.repeat(32)) as JsonValue), 'nesting'),
  'half a surrogate pair in a name': { user: aUser(ID, { firstName: 'A\uD83D' }), reason: 'text' },
  'half a surrogate pair in metadata': metadata({ list: ['\uDE00'] }, 'text'),
  'half a surrogate pair in a key': metadata({ '\uDE00': 1 }, 'text'),
  'an empty key': metadata({ '': 1 }, 'name'),
  'a key that JavaScript keeps for itself': metadata(JSON.parse('{"__proto__":{"admin":true}}') as JsonObject, 'name'),
  'metadata of half a megabyte': metadata({ text: 'x'.repeat(500_000) }, 'size'),
  'many small values': metadata({ list: Array.from({ length: 200_000 }, () => true) }, 'size'),
  'an id without end': { user: aUser(`user_${'x'.repeat(2000)}`), reason: 'id' },
  'an empty id': { user: aUser(''), reason: 'id' },
  'a creation before 1970': { user: aUser(ID, {}, { clerkCreatedAt: -1 }), reason: 'creation-time' },
  'a creation in a far year': { user: aUser(ID, {}, { clerkCreatedAt: 10_000_000_000_000 }), reason: 'creation-time' },
  'a creation between two milliseconds': { user: aUser(ID, {}, { clerkCreatedAt: 1.5 }), reason: 'creation-time' },
  'a deletion that is no time': { user: { ...aUser(ID), tombstone: { deletedAt: 9e15 } }, reason: 'time' },
  'a restoration between two milliseconds': { user: { ...aUser(ID), restoredAt: 0.5 }, reason: 'time' },
};

function metadata(publicMetadata: JsonObject, reason: string): { user: MirroredUser; reason: string } {
  return { user: aUser(ID, {}, { publicMetadata }), reason };
}
