import type { Lease, LeaseStore } from '../../ports/lease-store.ts';
import type { Clock } from '../../ports/time.ts';

/** A lease without a table, and what a memory user store asks of it. */
export interface MemoryLeaseStore extends LeaseStore {
  isHeld(lease: Lease): boolean;
}

export function createMemoryLeaseStore({ clock }: { readonly clock: Clock }): MemoryLeaseStore {
  let holder: string | undefined;
  let fence = 0;
  let lapsesAt = 0;
  const isHeld = (lease: Lease): boolean => lease.holder === holder && lease.fence === fence;
  return {
    isHeld,
    take(taker, until) {
      const isFree = holder === undefined || lapsesAt <= clock.now();
      if (holder !== taker && !isFree) return Promise.resolve({ holder: holder ?? taker, fence });
      if (holder !== taker) fence += 1;
      holder = taker;
      lapsesAt = until;
      return Promise.resolve({ holder, fence });
    },
    keep(lease, until) {
      if (!isHeld(lease)) return Promise.resolve(false);
      lapsesAt = until;
      return Promise.resolve(true);
    },
    release(lease) {
      if (isHeld(lease)) holder = undefined;
      return Promise.resolve();
    },
  };
}
