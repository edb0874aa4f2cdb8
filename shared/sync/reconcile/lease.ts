import type { Lease } from '../../ports/lease-store.ts';
import { LeaseLost } from '../../ports/user-store.ts';
import type { ReconcileDependencies, RunIdentity } from './dependencies.ts';

type LeaseDependencies = Pick<ReconcileDependencies, 'lease' | 'clock' | 'limits'>;

/** Who has the lease, and since when the run may begin, if that is the run. */
export interface LeaseTaken extends Lease {
  /** ms. */
  readonly at: number;
}

/** Takes the lease on the table, unless another run has it. May be repeated. */
export async function takeLease({ lease, clock, limits }: LeaseDependencies, runId: string): Promise<LeaseTaken> {
  const at = clock.now();
  return { ...(await lease.take(runId, at + limits.leaseMs)), at };
}

/**
 * Keeps the lease for the next chunk.
 * @throws LeaseLost when it lapsed and another run has taken it
 */
export async function keepLease({ lease, clock, limits }: LeaseDependencies, run: RunIdentity): Promise<void> {
  if (await lease.keep(leaseOf(run), clock.now() + limits.leaseMs)) return;
  throw new LeaseLost('Another run has taken the lease: this one was not heard of for too long, and stops.');
}

export function releaseLease({ lease }: Pick<LeaseDependencies, 'lease'>, run: RunIdentity): Promise<void> {
  return lease.release(leaseOf(run));
}

export function leaseOf({ id, fence }: RunIdentity): Lease {
  return { holder: id, fence };
}
