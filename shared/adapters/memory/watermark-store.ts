import type { Watermark, WatermarkStore } from '../../ports/watermark-store.ts';

/** A watermark without a table; it ends with the process. */
export function createMemoryWatermarkStore(): WatermarkStore {
  let watermark: Watermark | undefined;
  return {
    get: () => Promise.resolve(watermark),
    advance({ updatedAt, apart = watermark?.apart }) {
      if (apart !== undefined) watermark = { updatedAt: Math.max(updatedAt, watermark?.updatedAt ?? updatedAt), apart };
      return Promise.resolve();
    },
  };
}
