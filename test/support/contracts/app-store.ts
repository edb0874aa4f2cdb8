import { beforeEach, describe, expect, it } from 'vitest';
import type { AppChange } from '../../../shared/domain/app-change.ts';
import type { AppReading, AppStore } from '../../../shared/ports/app-store.ts';
import type { UserStore } from '../../../shared/ports/user-store.ts';
import { StoreUnavailable, UnstorableUser } from '../../../shared/ports/user-store.ts';
import type { UserStoreWorld } from './user-store.ts';
import { aUser, aWrite, create, NOW, written } from './users.ts';

const ID = 'user_ada';

/** What every store of an application's attributes does. @param open a world with an empty store */
export function describeAppStore(name: string, open: () => Promise<UserStoreWorld>): void {
  describe(`app store: ${name}`, () => {
    let world: UserStoreWorld;
    let store: UserStore;
    let apps: AppStore;
    beforeEach(async () => {
      world = await open();
      ({ store, apps } = world);
    });
    const read = async (): Promise<AppReading> => {
      const reading = await apps.read(ID);
      if (!reading) throw new Error('There is no such user.');
      return reading;
    };
    const stored = () => store.get(ID, { consistent: true });

    it('has no user that nobody wrote', async () => {
      expect(await apps.read(ID)).toBeUndefined();
    });

    it('sets and removes what the change names, and nothing else of the user', async () => {
      const user = await create(store, aUser(ID), { now: NOW + 7 });
      await world.writeApp(ID, { bio: 'old', location: 'Bern', stats: { posts: 3 } });
      const result = await (
        await read()
      ).write({ bio: 'new ✍️', location: null, missing: null, tags: ['a', null, {}] });
      const app = { bio: 'new ✍️', stats: { posts: 3 }, tags: ['a', null, {}] };
      expect(result).toEqual({ status: 'written', user: { ...user, app } });
      expect(await stored()).toEqual({ ...user, app });
    });

    it('keeps names that mean something to JavaScript or DynamoDB, and every kind of value', async () => {
      await create(store, aUser(ID));
      const change: AppChange = {
        constructor: { constructor: 'x' },
        size: 1.5e-130,
        S: { N: '1', 'a.b[0]': -0.5 },
        toString: [true, [], [[null]], 'é'],
      };
      await (await read()).write(change);
      expect((await stored())?.app).toEqual(change);
    });

    it('takes 64 attributes at once', async () => {
      await create(store, aUser(ID));
      const change = Object.fromEntries(Array.from({ length: 64 }, (_, at) => [`name${at}`.padEnd(64, 'x'), at]));
      expect((await (await read()).write(change)).status).toBe('written');
      expect((await stored())?.app).toEqual(change);
    });

    it('makes no writer of the synchronisation lose, and loses nothing of his', async () => {
      const first = await create(store, aUser(ID));
      await (await read()).write({ bio: 'here' });
      const second = written(await store.write(aWrite(aUser(ID, { firstName: 'Augusta' }), first)));
      expect(second).toMatchObject({ revision: 2, app: { bio: 'here' } });
      await (await read()).write({ location: 'Bern' });
      expect(await stored()).toEqual({ ...second, app: { bio: 'here', location: 'Bern' } });
    });

    it.each<[string, (world: UserStoreWorld) => Promise<unknown>]>([
      [
        'the synchronisation',
        async ({ store }) => store.write(aWrite(aUser(ID, { lastName: 'Other' }), await store.get(ID))),
      ],
      ['another request of hers', async ({ apps }) => (await apps.read(ID))?.write({ other: 1 })],
      ['the application', async (world) => world.writeApp(ID, { other: 1 })],
    ])('loses to %s that came in between, and says what is there now', async (_writer, interfere) => {
      await create(store, aUser(ID));
      const reading = await read();
      await interfere(world);
      const result = await reading.write({ bio: 'lost' });
      expect(result).toMatchObject({ status: 'lost', current: { user: await stored() } });
      const again = result.status === 'lost' && (await result.current?.write({ bio: 'kept' }));
      expect(again).toMatchObject({ status: 'written', user: { app: { bio: 'kept' } } });
    });

    it('writes nothing to a user who was deleted in between', async () => {
      const first = await create(store, aUser(ID));
      const reading = await read();
      const deleted = written(await store.write(aWrite({ ...aUser(ID), tombstone: { deletedAt: NOW } }, first)));
      expect(await reading.write({ bio: 'late' })).toMatchObject({ status: 'lost', current: { user: deleted } });
      expect(await stored()).toEqual(deleted);
    });

    it('takes an item past its time to live for none, read or written', async () => {
      await create(store, aUser(ID));
      const reading = await read();
      await world.expireAt(ID, NOW);
      expect(await apps.read(ID)).toBeUndefined();
      expect(await reading.write({ bio: 'late' })).toEqual({ status: 'lost', current: undefined });
    });

    it('keeps every one of 16 changes that race and try again', async () => {
      await create(store, aUser(ID));
      const change = async (at: number): Promise<void> => {
        let reading = await apps.read(ID);
        for (;;) {
          const result = await reading?.write({ [`writer${at}`]: at });
          if (result?.status !== 'lost') return;
          reading = result.current;
        }
      };
      await Promise.all(Array.from({ length: 16 }, (_, at) => change(at)));
      expect(Object.keys((await stored())?.app ?? {})).toHaveLength(16);
    });

    it.each<[string, AppChange, string]>([
      ['a number beyond the safe integers', { n: 2 ** 53 }, 'number'],
      ['half a surrogate pair', { deep: [{ text: 'A\uD83D' }] }, 'text'],
      ['a key that JavaScript keeps for itself', { deep: JSON.parse('{"__proto__":1}') as AppChange }, 'name'],
      ['lists nested too deep', { deep: JSON.parse('['.repeat(32) + ']'.repeat(32)) as [] }, 'nesting'],
      ['more than an item holds', { text: 'x'.repeat(400_000) }, 'size'],
    ])('refuses %s', async (_name, change, reason) => {
      await create(store, aUser(ID));
      const refused = await (await read()).write(change).catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(UnstorableUser);
      expect(String(refused)).toContain(`(${reason})`);
      expect((await stored())?.app).toEqual({});
    });

    it('gives up when it is told to', async () => {
      await create(store, aUser(ID));
      const reading = await read();
      const signal = AbortSignal.abort(new Error('No time is left.'));
      await expect(apps.read(ID, { signal })).rejects.toThrow(StoreUnavailable);
      await expect(reading.write({ bio: 'x' }, { signal })).rejects.toThrow(StoreUnavailable);
      expect((await stored())?.app).toEqual({});
    });
  });
}
