import { beforeEach, describe, expect, it } from 'vitest';
import type { Name, NameKind, Reservation } from '../../../shared/domain/names.ts';
import type { NameMove } from '../../../shared/domain/plan-names.ts';
import type { HeldNames, StoredUser, Tombstone } from '../../../shared/domain/user.ts';
import { blankUser } from '../../../shared/domain/user.ts';
import { UnstorableUser } from '../../../shared/ports/user-store.ts';
import type { UserStore, UserWrite } from '../../../shared/ports/user-store.ts';
import type { UserStoreWorld } from './user-store.ts';
import { all } from './user-store.ts';
import { aUser, aWrite, NOW, written } from './users.ts';

const ADA = email('ada@example.com');
const BEA = email('bea@example.com');
const FREE = { owner: undefined, lastOwner: undefined, claimants: [] };

export function email(value: string): Name {
  return { kind: 'email', value };
}

/** What every user store does with the names that at most one user may have. @param open a world with an empty store */
export function describeUserNames(name: string, open: () => Promise<UserStoreWorld>): void {
  describe(`names in a user store: ${name}`, () => {
    let world: UserStoreWorld;
    let store: UserStore;
    beforeEach(async () => {
      world = await open();
      store = world.store;
    });

    /** Writes the user with the given moves, from what is stored. */
    async function move(id: string, held: HeldNames, moves: readonly NameMove[], more: Partial<UserWrite> = {}) {
      const expected = await store.get(id, { consistent: true });
      return store.write(aWrite(more.next ?? aUser(id), expected, { held, moves, ...more }));
    }
    async function have(id: string, name: Name): Promise<StoredUser> {
      return written(await move(id, { [name.kind]: name.value }, [doing('take', name)]));
    }
    const state = async (name: Name): Promise<Pick<Reservation, 'owner' | 'lastOwner' | 'claimants'>> => {
      const { owner, lastOwner, claimants } = await store.reservation(name);
      return { owner, lastOwner, claimants };
    };

    it('are free until somebody takes them', async () => {
      expect(await store.reservation(ADA)).toEqual({ name: ADA, ...FREE, isListed: false, revision: 0 });
      expect(await store.find(ADA)).toBeUndefined();
    });

    it.each<NameKind>(['email', 'username'])('are taken with the user, who is then found by the %s', async (kind) => {
      const name = { kind, value: 'ada@example.com' };
      const user = await have('user_a', name);
      expect(user.held).toEqual({ [kind]: name.value });
      expect(await state(name)).toEqual({ ...FREE, owner: 'user_a' });
      expect(await store.find(name)).toEqual(user);
      expect(await store.get('user_a', { consistent: true })).toEqual(user);
    });

    it('of one kind are no names of the other', async () => {
      await have('user_a', { kind: 'email', value: 'same' });
      expect(await state({ kind: 'username', value: 'same' })).toEqual(FREE);
    });

    it('that another has are refused with whoever has them, and the user is not written', async () => {
      await have('user_a', ADA);
      const result = await move('user_b', { email: ADA.value }, [doing('take', ADA)]);
      expect(result).toEqual({ status: 'names-changed', seen: [await store.reservation(ADA)] });
      expect(await store.get('user_b', { consistent: true })).toBeUndefined();
    });

    it('that the user has already may be taken again', async () => {
      await have('user_a', ADA);
      await have('user_a', ADA);
      expect(await state(ADA)).toEqual({ ...FREE, owner: 'user_a' });
    });

    it('stay as they are when the user has been written in between', async () => {
      const first = await have('user_a', ADA);
      const second = written(await move('user_a', { email: ADA.value }, []));
      const moves = [doing('release', ADA), doing('take', BEA)];
      expect(await store.write(aWrite(aUser('user_a'), first, { held: { email: BEA.value }, moves }))).toEqual({
        status: 'lost',
        current: second,
      });
      expect(await state(ADA)).toEqual({ ...FREE, owner: 'user_a' });
      expect(await state(BEA)).toEqual(FREE);
    });

    it('are changed for others in one go, or not at all', async () => {
      await have('user_a', ADA);
      await have('user_b', BEA);
      const swap = [doing('release', ADA), doing('take', BEA)];
      expect(await move('user_a', { email: BEA.value }, swap)).toMatchObject({ status: 'names-changed' });
      expect(await state(ADA)).toEqual({ ...FREE, owner: 'user_a' });
      const c = email('c@example.com');
      written(await move('user_a', { email: c.value }, [doing('release', ADA), doing('take', c)]));
      expect([await state(ADA), await state(c)]).toEqual([FREE, { ...FREE, owner: 'user_a' }]);
    });

    it('that a deleted user leaves behind are remembered as hers, until somebody takes them', async () => {
      await have('user_a', ADA);
      const next = { ...aUser('user_a'), tombstone: { deletedAt: NOW } };
      written(await move('user_a', {}, [doing('retire', ADA)], { next }));
      expect(await state(ADA)).toEqual({ ...FREE, lastOwner: 'user_a' });
      expect(await store.find(ADA)).toBeUndefined();
      await have('user_b', ADA);
      expect(await state(ADA)).toEqual({ ...FREE, owner: 'user_b' });
    });

    it('cannot be released by somebody who does not have them', async () => {
      await have('user_a', ADA);
      expect(await move('user_b', {}, [doing('release', ADA)])).toMatchObject({ seen: [{ owner: 'user_a' }] });
      expect(await move('user_b', {}, [doing('retire', BEA)])).toMatchObject({ seen: [{ owner: undefined }] });
    });

    it('are waited for while another has them, and listed by how long', async () => {
      await have('user_a', ADA);
      await have('user_a', { kind: 'username', value: 'ada' });
      written(await move('user_b', {}, [doing('wait', { kind: 'username', value: 'ada' })], { now: NOW }));
      world.setClock(NOW + 5);
      written(await move('user_c', {}, [doing('wait', ADA)], { now: NOW + 5 }));
      written(await move('user_b', {}, [doing('wait', ADA)], { now: NOW + 5 }));
      expect(await state(ADA)).toEqual({ ...FREE, owner: 'user_a', claimants: ['user_b', 'user_c'] });
      await expect
        .poll(() => all(store.listConflicts()), { timeout: 10_000 })
        .toEqual([{ kind: 'username', value: 'ada' }, ADA]);
    });

    it('that nobody has are not waited for', async () => {
      expect(await move('user_a', {}, [doing('wait', ADA)])).toMatchObject({
        status: 'names-changed',
        seen: [{ ...FREE, revision: 0 }],
      });
      expect(await store.get('user_a', { consistent: true })).toBeUndefined();
    });

    it('are given up in the queue too, by whoever stands there', async () => {
      await have('user_a', ADA);
      await move('user_b', {}, [doing('wait', ADA)]);
      await move('user_c', {}, [doing('wait', ADA)]);
      written(await move('user_b', {}, [doing('leave', ADA)]));
      expect(await state(ADA)).toEqual({ ...FREE, owner: 'user_a', claimants: ['user_c'] });
      expect(await move('user_b', {}, [doing('leave', ADA)])).toMatchObject({ seen: [{ claimants: ['user_c'] }] });
    });

    it('keep those who wait when they are released, and lose the one who takes them', async () => {
      await have('user_a', ADA);
      await move('user_b', {}, [doing('wait', ADA)]);
      written(await move('user_a', {}, [doing('release', ADA)]));
      expect(await state(ADA)).toEqual({ ...FREE, claimants: ['user_b'] });
      await have('user_b', ADA);
      expect(await state(ADA)).toEqual({ ...FREE, owner: 'user_b' });
    });

    describe('that move between two users', () => {
      async function together(...writes: readonly (readonly [string, HeldNames, readonly NameMove[]])[]) {
        const parts = await Promise.all(
          writes.map(async ([id, held, moves]) =>
            aWrite(aUser(id), await store.get(id, { consistent: true }), { held, moves }),
          ),
        );
        return store.writeTogether(parts);
      }

      it('move in one transaction, a swap included', async () => {
        await have('user_a', ADA);
        await have('user_b', BEA);
        const result = await together(
          ['user_a', { email: BEA.value }, [doing('release', ADA), doing('take', BEA)]],
          ['user_b', { email: ADA.value }, [doing('release', BEA), doing('take', ADA)]],
        );
        const [a, b] = [await store.find(BEA), await store.find(ADA)];
        expect([a?.id, b?.id]).toEqual(['user_a', 'user_b']);
        expect(result).toEqual({ status: 'written', users: [a, b] });
      });

      it('are handed over to the one who waits, and the other begins to wait', async () => {
        await have('user_a', ADA);
        await move('user_b', {}, [doing('wait', ADA)]);
        await together(
          ['user_a', {}, [doing('release', ADA), doing('wait', ADA)]],
          ['user_b', { email: ADA.value }, [doing('take', ADA)]],
        );
        // One set cannot be added to and taken from in the same change: who is left over is tidied away.
        expect(await state(ADA)).toEqual({ ...FREE, owner: 'user_b', claimants: ['user_a', 'user_b'] });
        expect(await store.tidy(await store.reservation(ADA), { claimants: ['user_b'], owner: false })).toBe(true);
        expect(await state(ADA)).toEqual({ ...FREE, owner: 'user_b', claimants: ['user_a'] });
      });

      it('do not move when one of the users has been written in between', async () => {
        const a = await have('user_a', ADA);
        const b = await have('user_b', BEA);
        await move('user_b', { email: BEA.value }, []);
        const moves = { held: {}, moves: [doing('release', ADA)] };
        const write = [aWrite(aUser('user_a'), a, moves), aWrite(aUser('user_b'), b)];
        expect(await store.writeTogether(write)).toEqual({ status: 'lost' });
        expect(await state(ADA)).toEqual({ ...FREE, owner: 'user_a' });
        expect((await store.get('user_a', { consistent: true }))?.revision).toBe(1);
      });

      it('do not move when a third one has a name of theirs', async () => {
        await have('user_a', ADA);
        await have('user_c', BEA);
        const result = await together(
          ['user_a', { email: BEA.value }, [doing('release', ADA), doing('take', BEA)]],
          ['user_b', { email: ADA.value }, [doing('take', ADA)]],
        );
        expect(result).toMatchObject({ status: 'names-changed', seen: [{ name: BEA, owner: 'user_c' }] });
        expect(await store.get('user_b', { consistent: true })).toBeUndefined();
      });
    });

    describe('that nobody needs', () => {
      it('are removed when they are tidied', async () => {
        await have('user_a', ADA);
        await move('user_a', {}, [doing('release', ADA)]);
        expect(await store.tidy(await store.reservation(ADA), { claimants: [], owner: false })).toBe(true);
        expect(await store.reservation(ADA)).toEqual({ name: ADA, ...FREE, isListed: false, revision: 0 });
      });

      it('are needed while somebody has them, had them or waits for them', async () => {
        await have('user_a', ADA);
        expect(await store.tidy(await store.reservation(ADA), { claimants: [], owner: false })).toBe(true);
        expect(await state(ADA)).toEqual({ ...FREE, owner: 'user_a' });
        const next = { ...aUser('user_a'), tombstone: { deletedAt: NOW } };
        await move('user_a', {}, [doing('retire', ADA)], { next });
        expect(await store.tidy(await store.reservation(ADA), { claimants: [], owner: false })).toBe(true);
        expect(await state(ADA)).toEqual({ ...FREE, lastOwner: 'user_a' });
      });

      it('are not written when there is nothing to tidy', async () => {
        await have('user_a', ADA);
        await move('user_b', {}, [doing('wait', ADA)]);
        const before = await store.reservation(ADA);
        expect(before).toMatchObject({ isListed: true, claimants: ['user_b'] });
        expect(await store.tidy(before, { claimants: [], owner: false })).toBe(true);
        expect(await store.reservation(ADA)).toEqual(before);
      });

      it('lose an owner who has nothing to do with them, and are given to whoever waits', async () => {
        await have('user_a', ADA);
        await move('user_b', {}, [doing('wait', ADA)]);
        expect(await store.tidy(await store.reservation(ADA), { claimants: [], owner: true })).toBe(true);
        expect(await state(ADA)).toEqual({ ...FREE, claimants: ['user_b'] });
        expect(await all(store.listConflicts())).toEqual([ADA]);
        await have('user_b', ADA);
        expect(await store.tidy(await store.reservation(ADA), { claimants: [], owner: true })).toBe(true);
        expect(await store.reservation(ADA)).toMatchObject({ ...FREE, revision: 0 });
      });

      it('leave the list of conflicts with the last who waits', async () => {
        await have('user_a', ADA);
        await move('user_b', {}, [doing('wait', ADA)]);
        await move('user_c', {}, [doing('wait', ADA)]);
        expect(await store.tidy(await store.reservation(ADA), { claimants: ['user_b'], owner: false })).toBe(true);
        await expect.poll(() => all(store.listConflicts()), { timeout: 10_000 }).toEqual([ADA]);
        expect(await store.tidy(await store.reservation(ADA), { claimants: ['user_c'], owner: false })).toBe(true);
        await expect.poll(() => all(store.listConflicts()), { timeout: 10_000 }).toEqual([]);
        expect(await state(ADA)).toEqual({ ...FREE, owner: 'user_a' });
      });

      it('are left alone when they have changed since they were looked at', async () => {
        await have('user_a', ADA);
        await move('user_a', {}, [doing('release', ADA)]);
        const before = await store.reservation(ADA);
        await have('user_b', ADA);
        expect(await store.tidy(before, { claimants: [], owner: false })).toBe(false);
        expect(await store.tidy({ ...before, claimants: ['user_c'] }, { claimants: [], owner: false })).toBe(false);
        expect(await state(ADA)).toEqual({ ...FREE, owner: 'user_b' });
      });

      it('need no tidying when they were never written', async () => {
        expect(await store.tidy(await store.reservation(ADA), { claimants: [], owner: false })).toBe(true);
      });
    });

    describe('of somebody who comes back', () => {
      const deleted = { ...aUser('user_old'), tombstone: { deletedAt: NOW } };
      const back = { held: { email: ADA.value }, moves: [doing('take', ADA)], inheritFrom: 'user_old' };

      beforeEach(async () => {
        await have('user_old', ADA);
        await world.writeApp('user_old', { bio: 'of old', list: [1, 'two', { three: null }] });
        written(await move('user_old', {}, [doing('retire', ADA)], { next: deleted }));
      });

      it('bring what the application kept with them', async () => {
        const user = written(await move('user_new', {}, [], back));
        expect(user).toMatchObject({
          previousClerkUserId: 'user_old',
          app: { bio: 'of old', list: [1, 'two', { three: null }] },
        });
        expect(await store.get('user_new', { consistent: true })).toEqual(user);
        expect(await state(ADA)).toEqual({ ...FREE, owner: 'user_new' });
      });

      it('under what the new user has got already, written a moment ago or not', async () => {
        written(await move('user_new', {}, []));
        await world.writeApp('user_new', { bio: 'new', theme: 'dark' });
        const user = written(await move('user_new', {}, [], back));
        expect(user.app).toEqual({ bio: 'new', theme: 'dark', list: [1, 'two', { three: null }] });
        const again = written(await move('user_new', { email: ADA.value }, []));
        expect(again).toMatchObject({ previousClerkUserId: 'user_old', app: user.app });
      });

      it('not when somebody else was the last who had the name', async () => {
        expect(await move('user_new', {}, [], { ...back, inheritFrom: 'user_other' })).toMatchObject({
          status: 'names-changed',
          seen: [{ lastOwner: 'user_old' }],
        });
      });
    });

    describe('of somebody who is erased', () => {
      const nobody = { email: null, firstName: null, lastName: null, imageUrl: null };
      const erased = { ...aUser('user_a', nobody), record: undefined, tombstone: { deletedAt: NOW, erasedAt: NOW } };

      it('are forgotten, and nothing of what the application kept stays', async () => {
        await have('user_a', ADA);
        await world.writeApp('user_a', { bio: 'private' });
        const next = { ...aUser('user_a'), tombstone: { deletedAt: NOW } };
        await move('user_a', {}, [doing('retire', ADA)], { next });
        const erase = { expiresAt: NOW + 60_000 };
        const user = written(await move('user_a', {}, [doing('forget', ADA)], { next: erased, erase }));
        expect(user).toMatchObject({ app: {}, tombstone: { erasedAt: NOW } });
        expect(await store.get('user_a', { consistent: true })).toEqual(user);
        expect(await state(ADA)).toEqual(FREE);
        world.setClock(NOW + 60_000);
        expect(await store.get('user_a', { consistent: true })).toBeUndefined();
      });

      it('are forgotten by nobody but the last who had them', async () => {
        await have('user_b', ADA);
        const result = await move('user_a', {}, [doing('forget', ADA)], {
          next: erased,
          erase: { expiresAt: undefined },
        });
        expect(result).toMatchObject({ status: 'names-changed', seen: [{ owner: 'user_b' }] });
      });

      it('stay for ever when no time to live is given', async () => {
        await have('user_a', ADA);
        await world.expireAt('user_a', NOW + 1000);
        written(await move('user_a', {}, [doing('release', ADA)], { next: erased, erase: { expiresAt: undefined } }));
        world.setClock(NOW + 400 * 86_400_000);
        expect(await store.get('user_a', { consistent: true })).toMatchObject({ id: 'user_a', app: {} });
      });
    });

    it('too long for a key are refused before any call', async () => {
      const long = email(`${'x'.repeat(1000)}@example.com`);
      await expect(move('user_a', { email: long.value }, [doing('take', long)])).rejects.toThrow(UnstorableUser);
      await expect(move('user_a', { email: long.value }, [doing('take', long)])).rejects.toThrow(/\(reservation\)/);
    });

    it('list deleted users by the time of the deletion, until they are erased', async () => {
      const listed = (from: number, until: number) => all(store.listDeleted({ from, until }));
      for (const [id, at] of [
        ['user_b', NOW + 1],
        ['user_a', NOW + 2],
        ['user_yesterday', NOW - 86_400_000],
        ['user_old', -1],
      ] as const) {
        written(await move(id, {}, [], { next: { ...aUser(id), tombstone: { deletedAt: at } } }));
      }
      const everyone = [
        { id: 'user_old', deletedAt: 0 },
        { id: 'user_yesterday', deletedAt: NOW - 86_400_000 },
        { id: 'user_b', deletedAt: NOW + 1 },
        { id: 'user_a', deletedAt: NOW + 2 },
      ];
      await expect.poll(() => listed(0, NOW + 3), { timeout: 10_000 }).toEqual(everyone);
      expect(await listed(NOW - 86_400_000, NOW + 2)).toEqual(everyone.slice(1, 3));
      expect(await listed(NOW + 1, NOW + 1)).toEqual([]);
      const tombstone = { deletedAt: NOW + 1, erasedAt: NOW + 5 };
      written(
        await move('user_b', {}, [], { next: { ...aUser('user_b'), tombstone }, erase: { expiresAt: undefined } }),
      );
      await expect.poll(() => listed(NOW, NOW + 3), { timeout: 10_000 }).toEqual(everyone.slice(3));
    });

    it('list users who were erased while Clerk had them, until it has not', async () => {
      const erasing = async (id: string, tombstone: Tombstone, expected?: StoredUser) =>
        written(
          await store.write(
            aWrite({ ...blankUser(id), tombstone }, expected, { erase: { expiresAt: NOW + 86_400_000 } }),
          ),
        );
      const gone = { deletedAt: NOW, erasedAt: NOW };
      const kept = await erasing('user_kept', { ...gone, inClerk: true });
      await erasing('user_gone', gone);
      await expect.poll(() => all(store.listErasedInClerk()), { timeout: 10_000 }).toEqual(['user_kept']);
      expect(kept.tombstone).toEqual({ ...gone, inClerk: true });
      expect(await store.get('user_kept', { consistent: true })).toMatchObject({ tombstone: kept.tombstone });
      await erasing('user_kept', gone, kept);
      await expect.poll(() => all(store.listErasedInClerk()), { timeout: 10_000 }).toEqual([]);
      expect(await store.get('user_kept', { consistent: true })).toMatchObject({ tombstone: gone });
    });
  });
}

function doing(action: NameMove['action'], name: Name): NameMove {
  return { action, name };
}
