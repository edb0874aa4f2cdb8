import type { Invariant } from './invariant.ts';

export const failedRunsSaySo: Invariant = {
  number: 10,
  name: 'failed-runs-say-so',
  promise: 'A run that failed never records success, and one that says it succeeded has seen every user of Clerk.',
  watch: ({ table, people }, isBroken) => ({
    async runEnded({ event, summary, shown, startedAt }) {
      const record = await table.runs.get(summary.runId);
      if (record?.status !== summary.status)
        isBroken(`Run ${summary.runId} answered ${summary.status} and recorded another.`);
      if (summary.failedBecause !== undefined && summary.status !== 'failed')
        isBroken(`Run ${summary.runId} failed and says ${summary.status}.`);
      if (event.mode !== 'full' || (summary.status !== 'in-sync' && summary.status !== 'repaired')) return;
      const unseen = people.living().filter((each) => people.cameAt(each.id) < startedAt && !shown.has(each.id));
      for (const { id } of unseen) isBroken(`Run ${summary.runId} says ${summary.status} and has not seen ${id}.`);
    },
  }),
};
