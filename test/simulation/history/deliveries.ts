import { parseWebhookEvent } from '../../../shared/adapters/clerk/webhook-event.ts';
import { drawsOf } from '../draws.ts';
import type { Received } from '../parties/webhook.ts';
import { createWebhook } from '../parties/webhook.ts';
import type { Attempt, Message } from '../world/svix.ts';
import type { Simulation } from './simulation.ts';

/** Hands one attempt of Svix's to the webhook. @returns the status, or undefined when there was no answer */
export async function deliver(simulation: Simulation, attempt: Attempt): Promise<number | undefined> {
  const { chronicle, seed, scheduler, processes, stage, measures } = simulation;
  chronicle.event();
  const startedAt = scheduler.now;
  const { message } = attempt;
  const name = `webhook-${drawsOf(seed, message.id, 'container').between(1, 2)}`;
  noteDeletion(simulation, message);
  const container = processes.container(name, () => createWebhook(stage));
  const party = processes.begin(name);
  measures.invoked();
  const received = await container.receive(party, attempt);
  if (!received) processes.forget(name);
  chronicle.count(received ? `webhook ${received.status} ${received.outcome}` : 'webhook no answer');
  const answer = received ? `${received.status} ${received.outcome}` : 'nothing';
  chronicle.tell(party.name, `answers ${message.id} with ${answer}`);
  if (received) await judge(simulation, message, received, startedAt);
  return received?.status;
}

/** Whatever Clerk has signed may be applied from here on, also by an attempt that is answered with a failure. */
function noteDeletion({ users, scheduler }: Simulation, { id, body }: Message): void {
  // Few are deletions, and to parse the others takes a fiftieth of a history's time.
  if (!body.includes('user.deleted')) return;
  const parsed = parseWebhookEvent(body, scheduler.now);
  if (parsed.kind === 'deletion' && !id.startsWith('forged')) users.announced.add(parsed.snapshot.id);
}

async function judge(
  { vault, watchers, accepted }: Simulation,
  message: Message,
  { status, outcome }: Received,
  startedAt: number,
): Promise<void> {
  if (status !== 200 && status !== 400) return;
  const terms = vault.termsOf(message.secret);
  const isAccepted = status === 200;
  watchers.inform((watch) => watch.signed?.({ what: 'webhook', startedAt, terms, isAccepted }));
  if (!isAccepted) return;
  accepted.set(message.id, message);
  await watchers.informInTurn((watch) => watch.accepted?.({ message, outcome, startedAt }));
}
