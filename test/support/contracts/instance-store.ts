import { beforeEach, describe, expect, it } from 'vitest';
import type { InstanceStore } from '../../../shared/ports/instance-store.ts';

/** What every instance store does. @param open an empty store */
export function describeInstanceStore(name: string, open: () => Promise<InstanceStore>): void {
  describe(`instance store: ${name}`, () => {
    let store: InstanceStore;
    beforeEach(async () => {
      store = await open();
    });

    it('belongs to nobody at first', async () => {
      expect(await store.get()).toBeUndefined();
    });

    it('belongs to the instance that claims it first, for good', async () => {
      expect(await store.claim('ins_first')).toBe('ins_first');
      expect(await store.claim('ins_second')).toBe('ins_first');
      expect(await store.claim('ins_first')).toBe('ins_first');
      expect(await store.get()).toBe('ins_first');
    });

    it('tells all of several first claims the same owner', async () => {
      const owners = await Promise.all(['ins_a', 'ins_b', 'ins_c', 'ins_d'].map((id) => store.claim(id)));
      expect(new Set(owners).size).toBe(1);
      expect(await store.get()).toBe(owners[0]);
    });
  });
}
