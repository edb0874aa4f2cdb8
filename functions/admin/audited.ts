import type { AuditEntry } from '../../shared/ports/audit-store.ts';
import type { HttpAnswer, HttpEvent } from '../http/event.ts';
import { factsOfError } from '../middleware/told-errors.ts';
import type { Action, ActionResult } from './action.ts';
import type { AdminDependencies } from './dependencies.ts';

/**
 * Does what somebody with a valid key asks for, on record. What changes something is recorded before it begins, so that nothing
 * is done that the record does not know of, and once more with what came of it. What only reads is recorded before it is answered.
 *
 * Where the record cannot be written, nothing is done and nothing is told. If that happens only after the change was made, the
 * answer says what was done, the log says that the record does not, and the record stays at `begun`.
 *
 * @throws StoreUnavailable when the record cannot be written; whatever the action throws
 */
export async function audited(
  event: HttpEvent,
  keyId: string,
  action: Action,
  deps: AdminDependencies,
): Promise<HttpAnswer> {
  const begun = beginning(event, keyId, action, deps);
  if (action.changes) await deps.audit.record(begun);
  const { answer, result, target = begun.target } = await attempt(event, begun, action, deps);
  const ended: AuditEntry = { ...begun, target, result, status: answer.statusCode };
  if (action.changes) await recordEnd(ended, deps);
  else await deps.audit.record(ended);
  deps.log.info('admin action', { ...ended });
  return answer;
}

function beginning(event: HttpEvent, keyId: string, action: Action, { random, clock }: AdminDependencies): AuditEntry {
  return {
    id: random.id(),
    at: clock.now(),
    keyId,
    action: action.name,
    target: action.target?.(event),
    result: 'begun',
    status: undefined,
  };
}

/** An action that fails is on record, too. */
async function attempt(
  event: HttpEvent,
  begun: AuditEntry,
  action: Action,
  deps: AdminDependencies,
): Promise<ActionResult> {
  try {
    return await action.run(event, deps);
  } catch (error) {
    await recordEnd({ ...begun, result: 'failed' }, deps);
    deps.log.warn('admin action', { ...begun, result: 'failed' });
    throw error;
  }
}

async function recordEnd(ended: AuditEntry, { audit, log }: AdminDependencies): Promise<void> {
  try {
    await audit.record(ended);
  } catch (error) {
    log.error('audit result not recorded', { ...ended, ...factsOfError(error) });
  }
}
