import type { InstanceStore } from '../../shared/ports/instance-store.ts';
import type { LeaseStore } from '../../shared/ports/lease-store.ts';
import { StoreUnavailable } from '../../shared/ports/user-store.ts';
import { inWords } from '../support/deployment.ts';

/** The lease of no run: to let go of it changes nothing, and needs the permission to write. */
const NOBODYS = { holder: '', fence: 0 };

/**
 * Reads an item of the table, and unless it is for a dry run makes a write that changes nothing: what is refused here a run would
 * try again for minutes, and tell in the words of a log. One that only does not answer is left to the run, which waits for it.
 *
 * @param name of the stack, for words
 * @throws Error that says what to do where there is no table, or the credentials may not use it
 */
export async function lookAtTable(
  { instance, lease }: { readonly instance: InstanceStore; readonly lease: LeaseStore },
  { name, isDry }: { readonly name: string; readonly isDry: boolean },
): Promise<void> {
  try {
    await inWords('dynamodb:GetItem', name, () => instance.get());
    if (!isDry) await inWords('dynamodb:UpdateItem', name, () => lease.release(NOBODYS));
  } catch (error) {
    if (error instanceof StoreUnavailable) return;
    if (!(error instanceof Error) || error.name !== 'ResourceNotFoundException') throw error;
    throw new Error(`There is no table of ${name} any more: see “The table was lost” in docs/runbook.md.`, {
      cause: error,
    });
  }
}
