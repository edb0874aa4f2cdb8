import { userOf } from '../population.ts';
import type { CountedRun, LoadedReconciler } from '../reconcilers.ts';
import { refuseChanges } from '../reconcilers.ts';

/** Users whom an incremental run finds changed. */
export const CHANGED = 10;

/** A full run that finds nothing changed, and after it an incremental one that finds a few changed, whatever the table's size. */
export async function countRuns(reconciler: LoadedReconciler): Promise<Record<'full' | 'incremental', CountedRun>> {
  const full = await reconciler.count();
  refuseChanges(full.answer, reconciler.users);
  for (let n = 0; n < CHANGED; n += 1) await rename(reconciler, userOf(reconciler.users, n).id);
  const incremental = await reconciler.count('incremental');
  const { updated, status } = incremental.answer as { readonly updated: number; readonly status: string };
  if (updated === CHANGED && status !== 'failed') return { full, incremental };
  throw new Error(`Of ${CHANGED} changes an incremental run has said: ${JSON.stringify(incremental.answer)}`);
}

async function rename({ clerk }: LoadedReconciler, id: string): Promise<void> {
  const response = await fetch(`${clerk.url}/v1/users/${id}`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${clerk.secretKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ last_name: 'Renamed' }),
  });
  if (response.status !== 200) throw new Error(`The stand-in for Clerk has not renamed a user: ${response.status}.`);
}
