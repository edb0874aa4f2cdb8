import { isDeepStrictEqual } from 'node:util';
import { parseWebhookEvent } from '../../../shared/adapters/clerk/webhook-event.ts';
import type { DeletionSnapshot, EventSnapshot } from '../../../shared/domain/snapshot.ts';
import { STALE_MS } from '../ports/table-port.ts';
import { INSTANCE } from '../world/people.ts';
import type { Message } from '../world/svix.ts';
import type { EndedRun, Invariant, Truth } from './invariant.ts';

/** An event that found its user under a tombstone which is lifted by a read of before it. */
interface Debt {
  readonly message: string;
  readonly snapshot: EventSnapshot;
  readonly since: number;
}

/**
 * An event says nothing to a tombstone (section 2). Where that was a mistake, and a read that began before the event lifts it in
 * the same moment, the event is in the table only with the next read of the user: by the next run at the latest, which is
 * what is waited for here (ADR 24).
 */
export const acceptedEventsAreKept: Invariant = {
  number: 7,
  name: 'accepted-events-are-kept',
  promise:
    'Every event that was answered with 200 is in the table, overtaken, or in quarantine; one that fell on a tombstone which ' +
    'is lifted by an earlier read, after the next run.',
  watch: (truth, isBroken) => {
    let debts: readonly Debt[] = [];
    const settle = (isDue: (debt: Debt) => boolean, when: string): void => {
      for (const { message, snapshot } of debts.filter(isDue))
        if (!isApplied(truth, snapshot) && !isThere(truth, snapshot))
          isBroken(`${message} fell on a tombstone and is not in the table ${when}.`);
      debts = debts.filter((debt) => !isDue(debt));
    };
    return {
      async accepted({ message, outcome, startedAt }) {
        const event = parseWebhookEvent(message.body, truth.now());
        if (event.kind === 'ignored') return;
        const isOurs = event.kind !== 'refused' && (event.instanceId ?? INSTANCE) === INSTANCE;
        if (!isOurs) {
          if (!(await isQuarantined(truth, message)))
            isBroken(`${message.id} was accepted (${outcome}) and is not in quarantine.`);
          return;
        }
        const { snapshot } = event;
        if (isApplied(truth, snapshot)) return;
        if (snapshot.source === 'event' && outcome === 'stale' && wasDeleted(truth, snapshot.id, startedAt))
          debts = [...debts, { message: message.id, snapshot, since: truth.now() }];
        else isBroken(`${message.id} was accepted (${outcome}) and is not in the table.`);
      },
      runEnded(run) {
        if (isWhole(run)) settle(({ since }) => run.startedAt > since, `after run ${run.summary.runId}`);
      },
      atRest: () => settle(() => true, 'at the end'),
    };
  },
};

/** Whether the table has what the event says: a run writes nobody of whom only the version is another. */
function isThere({ table }: Truth, { id, profile, record }: EventSnapshot): boolean {
  const user = table.get(id);
  return isDeepStrictEqual(user?.profile.content, profile) && isDeepStrictEqual(user?.record?.content, record);
}

/** Whether a tombstone is what the attempt may have read. */
function wasDeleted({ table }: Truth, id: string, startedAt: number): boolean {
  return table.statesSince(id, startedAt - STALE_MS).some((user) => user?.tombstone !== undefined);
}

/** Whether the run has read whoever has changed. */
function isWhole({ event, summary }: EndedRun): boolean {
  const isOfAll = event.mode === 'full' || event.mode === 'incremental';
  return isOfAll && event.dryRun !== true && (summary.status === 'in-sync' || summary.status === 'repaired');
}

async function isQuarantined({ table }: Truth, { id }: Message): Promise<boolean> {
  return (await table.quarantine.get(id)) !== undefined;
}

/** A user of whom Clerk has no more word waits for her deletion: then nobody has to apply a tie that only Clerk could settle. */
function isApplied({ table, people, isErased }: Truth, snapshot: EventSnapshot | DeletionSnapshot): boolean {
  const { id } = snapshot;
  const user = table.get(id);
  if (!user) return isErased(id);
  if (snapshot.source === 'deletion') {
    return Math.max(user.tombstone?.deletedAt ?? 0, user.restoredAt ?? 0) >= snapshot.at;
  }
  if (user.tombstone || !people.get(id)) return true;
  return Math.min(user.profile.version.asOf, user.record?.version.asOf ?? 0) >= snapshot.asOf;
}
