import type { Applied } from './apply-event.ts';
import { applyEvent } from './apply-event.ts';
import type { EventDependencies } from './dependencies.ts';

/** What came of a replay. Only what is `done` has left the quarantine; `unknown` was not there. */
export type Replayed = Applied | { readonly status: 'unknown' };

/**
 * Applies a quarantined event once more, as if it had just arrived, and takes it out if that is done. Safe to repeat: an event
 * that was applied but not yet taken out changes nothing the second time.
 *
 * It is read as of the time when it first came: one without a time of its own, a deletion say, must not count as younger
 * than what has happened since.
 *
 * @param id the `svix-id` of the message
 * @throws StoreUnavailable when it can be read, applied or taken out only later
 */
export async function replayEvent(id: string, deps: EventDependencies): Promise<Replayed> {
  const kept = await deps.quarantine.get(id);
  if (!kept) return { status: 'unknown' };
  const applied = await applyEvent(deps.parse(kept.body, kept.firstAt), { messageId: id, path: 'admin' }, deps);
  if (applied.status === 'done') await deps.quarantine.dismiss(id);
  const outcome = applied.status === 'done' ? applied.outcome : applied.status;
  deps.log.info('event replayed', { outcome, reason: reasonOf(applied), messageId: id });
  return applied;
}

function reasonOf(applied: Applied): string | undefined {
  return applied.status === 'unusable' ? applied.reason : undefined;
}
