import type { LeaseStore } from '../../shared/ports/lease-store.ts';

/**
 * Says who has the lease while this run waits for it, once of each: a command that is silent for minutes looks like one that
 * hangs.
 *
 * @param say told in words
 */
export function watchedLease(lease: LeaseStore, say: (text: string) => void): LeaseStore {
  let told = '';
  return {
    ...lease,
    async take(runId, until) {
      const taken = await lease.take(runId, until);
      if (taken.holder !== runId && taken.holder !== told) {
        told = taken.holder;
        say(
          `Run ${taken.holder} is at work: this one waits for its end. One that has died lets go by itself, after 5 minutes at most.`,
        );
      }
      return taken;
    },
  };
}
