import { describe, expect, it } from 'vitest';
import { rememberInstance } from '../../../shared/sync/events/remembered-instance.ts';

/** A table that may be bound anew, counting who asks it. */
function world(bound: string | undefined) {
  const state = { bound, reads: 0, now: 1_000_000 };
  const table = {
    get: () => {
      state.reads += 1;
      return Promise.resolve(state.bound);
    },
  };
  return { state, instance: rememberInstance(table, { now: () => state.now }) };
}

describe('whose table it is', () => {
  it('is read once a minute, however many events speak of it', async () => {
    const { state, instance } = world('ins_ours');
    for (let event = 0; event < 5; event += 1) expect(await instance.get('ins_ours')).toBe('ins_ours');
    expect(state.reads).toBe(1);
    state.now += 59_999;
    await instance.get('ins_ours');
    expect(state.reads).toBe(1);
    state.now += 1;
    await instance.get('ins_ours');
    expect(state.reads).toBe(2);
  });

  it('is read for every event that speaks of another: memory refuses nobody', async () => {
    const { state, instance } = world('ins_ours');
    await instance.get('ins_ours');
    expect(await instance.get('ins_other')).toBe('ins_ours');
    state.bound = 'ins_other';
    expect(await instance.get('ins_other')).toBe('ins_other');
    expect(state.reads).toBe(3);
  });

  it('is the former owner to her events for a minute after the table was bound anew, and no longer', async () => {
    const { state, instance } = world('ins_former');
    await instance.get('ins_former');
    state.bound = 'ins_new';
    state.now += 59_999;
    expect(await instance.get('ins_former')).toBe('ins_former');
    state.now += 1;
    expect(await instance.get('ins_former')).toBe('ins_new');
  });

  it('is asked again each time as long as nobody has claimed it', async () => {
    const { state, instance } = world(undefined);
    expect(await instance.get('ins_ours')).toBeUndefined();
    state.bound = 'ins_ours';
    expect(await instance.get('ins_ours')).toBe('ins_ours');
    expect(state.reads).toBe(2);
  });

  it('is read again when the clock has been set back, and when nobody says what is expected', async () => {
    const { state, instance } = world('ins_ours');
    await instance.get('ins_ours');
    state.now -= 1;
    await instance.get('ins_ours');
    await instance.get();
    expect(state.reads).toBe(3);
  });
});
