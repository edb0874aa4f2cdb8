import { beforeEach, describe, expect, it } from 'vitest';
import type { LeaseStore } from '../../../shared/ports/lease-store.ts';
import { LeaseLost } from '../../../shared/ports/user-store.ts';
import type { UserStore } from '../../../shared/ports/user-store.ts';
import { aUser, aWrite, create, NOW } from './users.ts';

/** A lease, and users that are written under it. */
export interface LeaseStoreWorld {
  readonly lease: LeaseStore;
  readonly users: UserStore;
  /** Sets the adapter's clock, ms. */
  setClock(ms: number): void;
}

const UNTIL = NOW + 60_000;

/** What every lease does. @param open a world in which nobody has it */
export function describeLeaseStore(name: string, open: () => Promise<LeaseStoreWorld>): void {
  describe(`lease: ${name}`, () => {
    let world: LeaseStoreWorld;
    let lease: LeaseStore;
    beforeEach(async () => {
      world = await open();
      lease = world.lease;
    });

    it('is given to the first, and the others are told whose it is', async () => {
      expect(await lease.take('a', UNTIL)).toEqual({ holder: 'a', fence: 1 });
      expect(await lease.take('b', UNTIL)).toEqual({ holder: 'a', fence: 1 });
    });

    it('is given to one of many who ask at the same time', async () => {
      const runs = Array.from({ length: 8 }, (_, n) => `run-${n}`);
      const taken = await Promise.all(runs.map((run) => lease.take(run, UNTIL)));
      expect(taken.filter(({ holder }, n) => holder === runs[n])).toHaveLength(1);
    });

    it('stays the same for whoever asks again, also when its time is up', async () => {
      const first = await lease.take('a', UNTIL);
      expect(await lease.take('a', UNTIL)).toEqual(first);
      world.setClock(UNTIL + 1);
      expect(await lease.take('a', UNTIL + 60_000)).toEqual(first);
      expect((await lease.take('b', UNTIL)).holder).toBe('a');
    });

    it('lapses, and not before its time', async () => {
      await lease.take('a', UNTIL);
      world.setClock(UNTIL - 1);
      expect((await lease.take('b', UNTIL)).holder).toBe('a');
      world.setClock(UNTIL);
      expect(await lease.take('b', UNTIL + 1)).toEqual({ holder: 'b', fence: 2 });
    });

    it('is kept for longer by its holder', async () => {
      const held = await lease.take('a', UNTIL);
      expect(await lease.keep(held, UNTIL + 10)).toBe(true);
      world.setClock(UNTIL + 9);
      expect((await lease.take('b', UNTIL)).holder).toBe('a');
    });

    it('is not kept by anybody else, nor by an earlier holder', async () => {
      const first = await lease.take('a', UNTIL);
      expect(await lease.keep({ holder: 'b', fence: 1 }, UNTIL)).toBe(false);
      await lease.release(first);
      const again = await lease.take('a', UNTIL);
      expect(again.fence).toBe(2);
      expect(await lease.keep(first, UNTIL)).toBe(false);
      expect(await lease.keep(again, UNTIL)).toBe(true);
    });

    it('is let go of by its holder only', async () => {
      const held = await lease.take('a', UNTIL);
      await lease.release({ ...held, fence: 9 });
      expect((await lease.take('b', UNTIL)).holder).toBe('a');
      await lease.release(held);
      expect(await lease.take('b', UNTIL)).toEqual({ holder: 'b', fence: 2 });
    });

    describe('a write under it', () => {
      it('happens while it is held, whether or not its time is up', async () => {
        const held = await lease.take('a', UNTIL);
        const user = await create(world.users, aUser('user_1'));
        world.setClock(UNTIL + 1);
        const result = await world.users.write({ ...aWrite(aUser('user_1'), user), lease: held });
        expect(result).toMatchObject({ status: 'written', user: { revision: 2 } });
      });

      it('does not happen once another has it, or nobody', async () => {
        const held = await lease.take('a', UNTIL);
        const user = await create(world.users, aUser('user_1'));
        const write = { ...aWrite(aUser('user_1'), user), lease: held };
        await lease.release(held);
        await expect(world.users.write(write)).rejects.toThrow(LeaseLost);
        await lease.take('b', UNTIL);
        await expect(world.users.write(write)).rejects.toThrow(LeaseLost);
        await expect(world.users.writeTogether([write])).rejects.toThrow(LeaseLost);
        expect(await world.users.get('user_1', { consistent: true })).toEqual(user);
      });

      it('is lost to another writer like any other', async () => {
        const held = await lease.take('a', UNTIL);
        const user = await create(world.users, aUser('user_1'));
        await world.users.write(aWrite(aUser('user_1'), user));
        const result = await world.users.write({ ...aWrite(aUser('user_1'), user), lease: held });
        expect(result).toMatchObject({ status: 'lost', current: { revision: 2 } });
      });
    });
  });
}
