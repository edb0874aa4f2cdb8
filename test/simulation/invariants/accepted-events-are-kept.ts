import { parseWebhookEvent } from '../../../shared/adapters/clerk/webhook-event.ts';
import type { DeletionSnapshot, EventSnapshot } from '../../../shared/domain/snapshot.ts';
import { INSTANCE } from '../world/people.ts';
import type { Message } from '../world/svix.ts';
import type { Invariant, Truth } from './invariant.ts';

export const acceptedEventsAreKept: Invariant = {
  number: 7,
  name: 'accepted-events-are-kept',
  promise: 'Every event that was answered with 200 is in the table, overtaken, or in quarantine.',
  watch: (truth, isBroken) => ({
    async accepted(message, outcome) {
      const event = parseWebhookEvent(message.body, truth.now());
      if (event.kind === 'ignored') return;
      const isOurs = event.kind !== 'refused' && (event.instanceId ?? INSTANCE) === INSTANCE;
      if (isOurs) {
        if (!isApplied(truth, event.snapshot))
          isBroken(`${message.id} was accepted (${outcome}) and is not in the table.`);
      } else if (!(await isQuarantined(truth, message))) {
        isBroken(`${message.id} was accepted (${outcome}) and is not in quarantine.`);
      }
    },
  }),
};

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
