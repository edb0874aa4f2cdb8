import type { Run, RunStore } from '../../shared/ports/run-store.ts';
import type { Clock } from '../../shared/ports/time.ts';
import type { Unreadable } from '../../shared/ports/unreadable.ts';
import { isReadable } from '../../shared/ports/unreadable.ts';
import type { Patient } from './patient.ts';

/** How far back the doctor looks, days. */
export const LOOK_BACK_DAYS = 14;

/** The runs of the last days, the earliest first, as far as their records can be read. */
export async function recentRuns({ recordedRuns }: Patient): Promise<readonly Run[]> {
  return (await recordedRuns()).filter(isReadable);
}

/** The runs of the last days whose records cannot be read. */
export async function unreadableRuns({ recordedRuns }: Patient): Promise<readonly Unreadable[]> {
  return (await recordedRuns()).flatMap((run) => (isReadable(run) ? [] : [run]));
}

/** Every record of the last days, the earliest first. */
export async function readRuns(runs: Pick<RunStore, 'list'>, clock: Clock): Promise<readonly (Run | Unreadable)[]> {
  const found: (Run | Unreadable)[] = [];
  for await (const run of runs.list(clock.now() - LOOK_BACK_DAYS * 86_400_000)) found.push(run);
  return found;
}
