import type { Run } from '../../shared/ports/run-store.ts';
import type { Patient } from './patient.ts';

/** How far back the doctor looks, days. */
export const LOOK_BACK_DAYS = 14;

/** The runs of the last days, the earliest first. */
export async function recentRuns({ runs, clock }: Patient): Promise<readonly Run[]> {
  const found: Run[] = [];
  for await (const run of runs.list(clock.now() - LOOK_BACK_DAYS * 86_400_000)) found.push(run);
  return found;
}
