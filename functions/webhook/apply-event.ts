import type { DeletionSnapshot, EventSnapshot } from '../../shared/domain/snapshot.ts';
import type { SyncResult } from '../../shared/sync/apply-snapshot.ts';
import { applySnapshot } from '../../shared/sync/apply-snapshot.ts';
import { readUser } from '../../shared/sync/read-user.ts';
import type { WebhookDependencies } from './dependencies.ts';

/** What became of a signed event: done, in a word that the answer carries, or to be sent again. */
export type Applied = { readonly status: 'done'; readonly outcome: string } | { readonly status: 'again' };

/** Time for the table, ms; Svix gives up after 15 s. */
const BUDGET_MS = 5_000;

/** Event types other than these are counted under one name: a sender must not be able to invent metrics. */
const KNOWN_TYPES: ReadonlySet<string> = new Set(['user.created', 'user.updated', 'user.deleted']);

/**
 * Applies a signed event, or keeps it in quarantine when it cannot be read.
 *
 * @param messageId the `svix-id`: the same for every attempt at one message
 * @param text the raw body
 */
export async function applyEvent(messageId: string, text: string, deps: WebhookDependencies): Promise<Applied> {
  const event = deps.parse(text, deps.clock.now());
  deps.metrics.record('WebhookReceived', 1, { Type: typeOf(event) });
  if (event.kind === 'refused') return quarantine(messageId, text, event.reason, event.userId, deps);
  if (event.kind === 'other') return { status: 'done', outcome: 'ignored' };
  if (await isForeign(event.instanceId, deps)) {
    return quarantine(messageId, text, 'another-instance', event.snapshot.id, deps);
  }
  return applyUser(messageId, text, event.snapshot, deps);
}

function typeOf(event: ReturnType<WebhookDependencies['parse']>): string {
  if (event.kind === 'refused') return 'unreadable';
  return KNOWN_TYPES.has(event.type) ? event.type : 'other';
}

/** Whether the event speaks of another Clerk instance than the table's. Older events do not say. */
async function isForeign(instanceId: string | undefined, deps: WebhookDependencies): Promise<boolean> {
  if (instanceId === undefined) return false;
  const ours = await deps.instance.get();
  return ours !== undefined && ours !== instanceId;
}

async function applyUser(
  messageId: string,
  text: string,
  snapshot: EventSnapshot | DeletionSnapshot,
  deps: WebhookDependencies,
): Promise<Applied> {
  const result = await applySnapshot(deps, snapshot, {
    path: 'webhook',
    budgetMs: BUDGET_MS,
    ask: (userId, signal) => readUser(deps, userId, 'none', signal),
  });
  // No repetition can help: it waits for somebody to look at it.
  if (result.status === 'failed' && result.reason === 'unstorable') {
    return quarantine(messageId, text, 'unstorable', snapshot.id, deps);
  }
  return concluded(result, messageId, snapshot, deps);
}

function concluded(
  result: SyncResult,
  messageId: string,
  snapshot: EventSnapshot | DeletionSnapshot,
  deps: WebhookDependencies,
): Applied {
  if (result.status === 'failed') return { status: 'again' };
  if (result.status === 'unsettled') return concludeUnsettled(result.reason, messageId, snapshot, deps);
  if (result.outcome === 'stale' || result.outcome === 'unchanged') {
    deps.log.info('event changed nothing', { outcome: result.outcome, userId: snapshot.id, messageId });
  }
  return { status: 'done', outcome: result.outcome };
}

/** Only Clerk could have decided. Where it no longer has the user, her deletion is on its way: a question must not make it. */
function concludeUnsettled(
  reason: 'absent' | 'unavailable',
  messageId: string,
  { id: userId }: EventSnapshot | DeletionSnapshot,
  deps: WebhookDependencies,
): Applied {
  if (reason === 'absent') {
    deps.metrics.record('SyncStale', 1, { Path: 'webhook' });
    deps.log.info('event changed nothing', { outcome: 'stale', userId, messageId });
    return { status: 'done', outcome: 'stale' };
  }
  deps.metrics.record('SyncFailed', 1, { Path: 'webhook' });
  deps.log.warn('event not applied', { reason: 'clerk-unavailable', userId, messageId });
  return { status: 'again' };
}

async function quarantine(
  messageId: string,
  text: string,
  reason: string,
  userId: string | undefined,
  deps: WebhookDependencies,
): Promise<Applied> {
  await deps.quarantine.put({ id: messageId, body: text, reason, userId, firstAt: deps.clock.now() });
  deps.metrics.record('WebhookQuarantined', 1);
  deps.log.warn('event quarantined', { reason, userId, messageId });
  return { status: 'done', outcome: 'quarantined' };
}
