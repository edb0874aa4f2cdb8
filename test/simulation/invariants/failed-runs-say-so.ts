import type { People, Person } from '../world/people.ts';
import type { EndedRun, Invariant } from './invariant.ts';

export const failedRunsSaySo: Invariant = {
  number: 10,
  name: 'failed-runs-say-so',
  promise: 'A run that failed never records success, and one that says it succeeded has seen everybody it had to.',
  watch: ({ table, people }, isBroken) => ({
    async runEnded(run) {
      const { runId, status, failedBecause } = run.summary;
      const record = await table.runs.get(runId);
      if (record?.status !== status) isBroken(`Run ${runId} answered ${status} and recorded another.`);
      // A run that was held says so whatever failed after it: only so can its deletions be approved, and held is no success.
      const isTold = status === 'failed' || status === 'held';
      if (failedBecause !== undefined && !isTold) isBroken(`Run ${runId} failed and says ${status}.`);
      if (status !== 'in-sync' && status !== 'repaired') return;
      const unseen = people.living().filter((person) => mustBeSeen(person, run, people) && !run.shown.has(person.id));
      for (const { id } of unseen) isBroken(`Run ${runId} says ${status} and has not seen ${id}.`);
    },
  }),
};

/** A full run sees everybody who was there before it began, an incremental one whoever has changed since the watermark. */
function mustBeSeen({ id, updatedAt }: Person, { event, startedAt, watermark }: EndedRun, people: People): boolean {
  if (people.cameAt(id) >= startedAt) return false;
  if (event.mode === 'full') return true;
  return event.mode === 'incremental' && updatedAt > watermark && updatedAt < startedAt;
}
