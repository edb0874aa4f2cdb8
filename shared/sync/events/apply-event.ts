import type { DeletionSnapshot, EventSnapshot } from '../../domain/snapshot.ts';
import { RESTORE_MARGIN_MS } from '../../domain/tombstone.ts';
import type { WebhookEvent } from '../../ports/webhook-parser.ts';
import type { SyncResult } from '../apply-snapshot.ts';
import { applySnapshot } from '../apply-snapshot.ts';
import { persist } from '../persist.ts';
import { readUser } from '../read-user.ts';
import type { EventDependencies } from './dependencies.ts';
import { whyStale } from './why-stale.ts';

/** What came of a signed event. */
export type Applied =
  /** It is in the table, or proven stale, or of no concern to it; the outcome in a word. */
  | { readonly status: 'done'; readonly outcome: string }
  /** No repetition can help: it waits for somebody to look at it. `reason` is a stable word. */
  | { readonly status: 'unusable'; readonly reason: string; readonly userId: string | undefined }
  /** The table or Clerk could not be reached. */
  | { readonly status: 'again' };

/** Which message an event came in, and who brings it: Svix, or an admin who replays it. */
export interface Origin {
  readonly messageId: string;
  readonly path: 'webhook' | 'admin';
}

type UserSnapshot = EventSnapshot | DeletionSnapshot;

/** Time for the table and for asking Clerk, ms. */
const BUDGET_MS = 5_000;

/** Time to find out whose table it is, ms: a call that was throttled is not to cost Svix's wait, which may be five minutes. */
const INSTANCE_BUDGET_MS = 1_500;

/**
 * Applies a signed event that has been read: the one way for an event into the table, whether it has just arrived or comes
 * out of quarantine.
 *
 * @throws StoreUnavailable when it cannot be told whose table this is
 */
export async function applyEvent(event: WebhookEvent, origin: Origin, deps: EventDependencies): Promise<Applied> {
  switch (event.kind) {
    case 'refused':
      return { status: 'unusable', reason: event.reason, userId: event.userId };
    case 'ignored':
      return { status: 'done', outcome: 'ignored' };
    case 'user':
    case 'deletion':
      return (await isForeign(event.instanceId, deps))
        ? { status: 'unusable', reason: 'another-instance', userId: event.snapshot.id }
        : applyUser(event.snapshot, origin, deps);
  }
}

/** Whether the event speaks of another Clerk instance than the table's. Older events do not say. */
async function isForeign(instanceId: string | undefined, deps: EventDependencies): Promise<boolean> {
  if (instanceId === undefined) return false;
  const deadline = deps.timers.deadline(INSTANCE_BUDGET_MS);
  try {
    const ours = await persist(deps, deadline.signal, () => deps.instance.get(instanceId));
    return ours !== undefined && ours !== instanceId;
  } finally {
    deadline.clear();
  }
}

async function applyUser(snapshot: UserSnapshot, origin: Origin, deps: EventDependencies): Promise<Applied> {
  const result = await applySnapshot(deps, snapshot, {
    path: origin.path,
    budgetMs: BUDGET_MS,
    ask: (userId, signal) => readUser(deps, userId, 'none', signal),
  });
  switch (result.status) {
    case 'settled':
      return concludeSettled(result, snapshot, origin, deps);
    case 'unsettled':
      return concludeUnsettled(result.reason, snapshot, origin, deps);
    case 'failed':
      return result.reason === 'unstorable'
        ? { status: 'unusable', reason: 'unstorable', userId: snapshot.id }
        : { status: 'again' };
  }
}

function concludeSettled(
  { outcome, user }: Extract<SyncResult, { status: 'settled' }>,
  snapshot: UserSnapshot,
  { messageId }: Origin,
  deps: EventDependencies,
): Applied {
  if (outcome === 'stale' || outcome === 'unchanged') {
    const why = outcome === 'stale' ? whyStale(user, snapshot) : {};
    deps.log.info('event changed nothing', { outcome, userId: snapshot.id, messageId, ...why });
  }
  return { status: 'done', outcome };
}

/**
 * Only Clerk could have decided. Where it no longer has the user, her deletion is on its way: a question must not make it. To
 * an event of just now that says nothing: Clerk's reads may lag, and not have her yet.
 */
function concludeUnsettled(
  reason: 'absent' | 'unavailable',
  snapshot: UserSnapshot,
  { messageId, path }: Origin,
  deps: EventDependencies,
): Applied {
  const { id: userId } = snapshot;
  if (reason === 'absent' && deps.clock.now() - timeOf(snapshot) > RESTORE_MARGIN_MS) {
    deps.metrics.record('SyncStale', 1, { Path: path });
    deps.log.info('event changed nothing', { outcome: 'stale', userId, messageId, because: 'absent-in-clerk' });
    return { status: 'done', outcome: 'stale' };
  }
  deps.metrics.record('SyncFailed', 1, { Path: path });
  deps.log.warn('event not applied', { reason: `clerk-${reason}`, userId, messageId });
  return { status: 'again' };
}

/** When Clerk made the event, as far as it says so, ms. */
function timeOf(snapshot: UserSnapshot): number {
  return snapshot.source === 'deletion' ? snapshot.at : Math.max(snapshot.asOf, snapshot.seenAt);
}
