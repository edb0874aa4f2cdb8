import type { Clock } from '../../ports/time.ts';
import type { InstanceStore } from '../../ports/instance-store.ts';
import type { InstanceReader } from './dependencies.ts';

/** Time for which an answer is good, ms. */
const REMEMBERED_MS = 60_000;

/**
 * Remembers whose table it is: nothing in the product ever changes that, and each event would cost a read.
 *
 * Only what confirms an event comes from memory. One that names another instance is looked up: a table that has been bound
 * anew by hand takes its new instance's events at once, and the former one's for a minute at most. That nobody has claimed the
 * table is not remembered: the first run does.
 */
export function rememberInstance(instance: Pick<InstanceStore, 'get'>, clock: Clock): InstanceReader {
  let held: { readonly id: string; readonly readAt: number } | undefined;
  return {
    async get(expected) {
      const now = clock.now();
      if (held && held.id === expected && now >= held.readAt && now - held.readAt < REMEMBERED_MS) return held.id;
      const id = await instance.get();
      held = id === undefined ? undefined : { id, readAt: now };
      return id;
    },
  };
}
