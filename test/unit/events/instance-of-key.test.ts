import { describe, expect, it } from 'vitest';
import { DirectoryUnavailable } from '../../../shared/ports/user-directory.ts';
import { StoreUnavailable } from '../../../shared/ports/user-store.ts';
import { orInstanceOfKey } from '../../../shared/sync/events/instance-of-key.ts';

/** A table that may have been claimed, and Clerk, which may be down. */
function world(claimed: string | undefined) {
  const state = { claimed, isDown: false, asked: 0 };
  const table = { get: () => Promise.resolve(state.claimed) };
  const clerk = {
    instanceId: () => {
      state.asked += 1;
      return state.isDown ? Promise.reject(new DirectoryUnavailable('down')) : Promise.resolve('ins_key');
    },
  };
  return { state, instance: orInstanceOfKey(table, clerk) };
}

describe('the instance that a table belongs to', () => {
  it('is the one that has claimed it, and Clerk is not asked', async () => {
    const { state, instance } = world('ins_claimed');
    expect([await instance.get(), state.asked]).toEqual(['ins_claimed', 0]);
  });

  it('is that of our secret key as long as nobody has claimed it, asked once', async () => {
    const { state, instance } = world(undefined);
    expect([await instance.get(), await instance.get(), state.asked]).toEqual(['ins_key', 'ins_key', 1]);
    state.claimed = 'ins_claimed';
    expect(await instance.get()).toBe('ins_claimed');
  });

  it('cannot be told while nobody has claimed it and Clerk is down, and is told later', async () => {
    const { state, instance } = world(undefined);
    state.isDown = true;
    await expect(instance.get()).rejects.toThrow(StoreUnavailable);
    state.isDown = false;
    expect(await instance.get()).toBe('ins_key');
  });
});
