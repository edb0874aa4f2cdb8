import type { Run } from '../../shared/ports/run-store.ts';
import type { Unreadable } from '../../shared/ports/unreadable.ts';
import { isReadable } from '../../shared/ports/unreadable.ts';
import type { Patient } from './patient.ts';

/** How far back the doctor looks, days. */
export const LOOK_BACK_DAYS = 14;

/** The runs of the last days, the earliest first, as far as their records can be read. */
export async function recentRuns(patient: Patient): Promise<readonly Run[]> {
  return (await recorded(patient)).filter(isReadable);
}

/** The runs of the last days whose records cannot be read. */
export async function unreadableRuns(patient: Patient): Promise<readonly Unreadable[]> {
  return (await recorded(patient)).flatMap((run) => (isReadable(run) ? [] : [run]));
}

async function recorded({ runs, clock }: Patient): Promise<readonly (Run | Unreadable)[]> {
  const found: (Run | Unreadable)[] = [];
  for await (const run of runs.list(clock.now() - LOOK_BACK_DAYS * 86_400_000)) found.push(run);
  return found;
}
