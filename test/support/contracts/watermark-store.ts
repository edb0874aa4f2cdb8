import { beforeEach, describe, expect, it } from 'vitest';
import type { WatermarkStore } from '../../../shared/ports/watermark-store.ts';
import { NOW } from './users.ts';

/** What every watermark store does. @param open an empty store */
export function describeWatermarkStore(name: string, open: () => Promise<WatermarkStore>): void {
  describe(`watermark store: ${name}`, () => {
    let store: WatermarkStore;
    beforeEach(async () => {
      store = await open();
    });

    it('has no watermark at first, and none by those who know nothing of the counts', async () => {
      expect(await store.get()).toBeUndefined();
      await store.advance({ updatedAt: NOW });
      expect(await store.get()).toBeUndefined();
    });

    it('keeps the time to the millisecond, and how far apart the counts are', async () => {
      await store.advance({ updatedAt: NOW + 7, apart: -3 });
      expect(await store.get()).toEqual({ updatedAt: NOW + 7, apart: -3 });
    });

    it('moves on, and leaves what is known of the counts', async () => {
      await store.advance({ updatedAt: NOW, apart: 2 });
      await store.advance({ updatedAt: NOW + 1 });
      expect(await store.get()).toEqual({ updatedAt: NOW + 1, apart: 2 });
      await store.advance({ updatedAt: NOW + 1 });
      expect(await store.get()).toEqual({ updatedAt: NOW + 1, apart: 2 });
    });

    it('never moves back, but learns of the counts', async () => {
      await store.advance({ updatedAt: NOW, apart: 2 });
      await store.advance({ updatedAt: NOW - 1 });
      expect(await store.get()).toEqual({ updatedAt: NOW, apart: 2 });
      await store.advance({ updatedAt: NOW - 1, apart: 0 });
      expect(await store.get()).toEqual({ updatedAt: NOW, apart: 0 });
    });

    it('ends at the latest of many who move it at the same time', async () => {
      const times = [4, 1, 7, 3, 6];
      await Promise.all(times.map((later) => store.advance({ updatedAt: NOW + later, apart: 1 })));
      expect(await store.get()).toEqual({ updatedAt: NOW + 7, apart: 1 });
    });
  });
}
