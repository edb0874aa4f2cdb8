import type { InstanceStore } from '../../ports/instance-store.ts';

/** An instance store without a table; the state ends with the process. */
export function createMemoryInstanceStore(): InstanceStore {
  let owner: string | undefined;
  return {
    claim: (instanceId) => Promise.resolve((owner ??= instanceId)),
    get: () => Promise.resolve(owner),
  };
}
