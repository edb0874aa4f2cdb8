import { beforeEach, describe, expect, it } from 'vitest';
import type { AuditEntry, AuditStore } from '../../../shared/ports/audit-store.ts';
import { readPages } from './pages.ts';
import { NOW } from './users.ts';

export interface AuditStoreWorld {
  readonly store: AuditStore;
  /** Sets the adapter's clock, ms. */
  setClock(ms: number): void;
}

const ENTRY: AuditEntry = {
  id: '01h0000000000000000000000a',
  at: NOW,
  keyId: '0123456789ab',
  action: 'erase-user',
  target: 'user_1',
  result: 'erased',
  status: 200,
};

const DAY_MS = 86_400_000;

/** What every audit store does. @param open a world with an empty store */
export function describeAuditStore(name: string, open: () => Promise<AuditStoreWorld>): void {
  describe(`audit store: ${name}`, () => {
    let world: AuditStoreWorld;
    let store: AuditStore;
    beforeEach(async () => {
      world = await open();
      store = world.store;
    });
    const all = async (from?: number) =>
      readPages((page) => store.list({ ...page, ...(from !== undefined && { from }) }), 2);

    it('has nothing that nobody recorded', async () => {
      expect(await store.list({ limit: 10 })).toEqual({ items: [], next: undefined });
    });

    it('gives back an entry to the letter, also one that is only begun', async () => {
      const begun = { ...ENTRY, id: 'b', target: undefined, result: 'begun', status: undefined };
      await store.record(ENTRY);
      await store.record(begun);
      expect(await all()).toEqual([begun, ENTRY]);
    });

    it('keeps the later state of an entry', async () => {
      await store.record({ ...ENTRY, result: 'begun', status: undefined });
      await store.record(ENTRY);
      expect(await all()).toEqual([ENTRY]);
    });

    it('lists the latest first, by pages, and from a time on', async () => {
      const entries = [4, 1, 0, 3, 2].map((n) => ({ ...ENTRY, id: `id_${n % 2}`, at: NOW + n }));
      for (const entry of entries) await store.record(entry);
      expect((await all()).map(({ at }) => at - NOW)).toEqual([4, 3, 2, 1, 0]);
      expect((await all(NOW + 2)).map(({ at }) => at - NOW)).toEqual([4, 3, 2]);
      expect(await all(NOW + 9)).toEqual([]);
    });

    it('ends where a full page ends', async () => {
      await store.record(ENTRY);
      await store.record({ ...ENTRY, id: 'z' });
      expect(await store.list({ limit: 2 })).toMatchObject({ next: undefined });
    });

    it('keeps an entry for 400 days, swept or not', async () => {
      await store.record(ENTRY);
      world.setClock(NOW + 400 * DAY_MS - 1_000);
      expect(await all()).toHaveLength(1);
      world.setClock(NOW + 400 * DAY_MS + 1_000);
      expect(await all()).toEqual([]);
    });
  });
}
