import { beforeEach, describe, expect, it } from 'vitest';
import type { Action } from '../../../functions/admin/action.ts';
import { answered, refusedAs } from '../../../functions/admin/action.ts';
import { audited } from '../../../functions/admin/audited.ts';
import type { AdminDependencies } from '../../../functions/admin/dependencies.ts';
import { createMemoryLog } from '../../../shared/adapters/memory/log.ts';
import type { AuditEntry } from '../../../shared/ports/audit-store.ts';
import { StoreUnavailable } from '../../../shared/ports/user-store.ts';

const EVENT = { routeKey: 'POST /x', headers: {}, isBase64Encoded: false, requestContext: {} };

/** What happened, in order: entries that were recorded, and the action itself. */
let happened: (Partial<AuditEntry> | 'acted')[];
let failOn: number[];
let log: ReturnType<typeof createMemoryLog>;
let deps: AdminDependencies;
beforeEach(() => {
  happened = [];
  failOn = [];
  log = createMemoryLog();
  let records = 0;
  const audit = {
    record: async ({ result, status, target }: AuditEntry) => {
      records += 1;
      if (failOn.includes(records)) throw new StoreUnavailable('away');
      happened.push({ result, status, target });
    },
  };
  const parts: Partial<Record<keyof AdminDependencies, unknown>> = {
    audit,
    log,
    random: { id: () => 'id_1' },
    clock: { now: () => 5 },
  };
  deps = parts as unknown as AdminDependencies;
});

function action(over: Partial<Action> = {}): Action {
  return {
    name: 'do',
    changes: true,
    target: () => 'user_1',
    run: async () => {
      happened.push('acted');
      return answered(200, {}, 'done');
    },
    ...over,
  };
}

describe('An action that changes something', () => {
  it('is on record before it begins, and with its result before it is answered', async () => {
    const { statusCode } = await audited(EVENT, 'key_1', action(), deps);
    expect(statusCode).toBe(200);
    expect(happened).toEqual([
      { result: 'begun', status: undefined, target: 'user_1' },
      'acted',
      { result: 'done', status: 200, target: 'user_1' },
    ]);
    expect(log.lines).toEqual([
      {
        level: 'info',
        message: 'admin action',
        facts: { id: 'id_1', at: 5, keyId: 'key_1', action: 'do', target: 'user_1', result: 'done', status: 200 },
      },
    ]);
  });

  it('is not begun where the record cannot be written', async () => {
    failOn = [1];
    await expect(audited(EVENT, 'key_1', action(), deps)).rejects.toThrow(StoreUnavailable);
    expect(happened).toEqual([]);
  });

  it('that was done is answered as such, and the log says that the record does not know', async () => {
    failOn = [2];
    expect((await audited(EVENT, 'key_1', action(), deps)).statusCode).toBe(200);
    expect(happened).toEqual([{ result: 'begun', status: undefined, target: 'user_1' }, 'acted']);
    expect(log.lines[0]).toMatchObject({ level: 'error', message: 'audit result not recorded' });
  });

  it('is on record, too, where it was refused or failed', async () => {
    await audited(
      EVENT,
      'key_1',
      action({ run: async () => ({ ...refusedAs('run_not_held'), target: 'run_1' }) }),
      deps,
    );
    const failing = action({ run: () => Promise.reject(new Error('secret text')) });
    await expect(audited(EVENT, 'key_1', failing, deps)).rejects.toThrow('secret text');
    expect(happened).toMatchObject([
      { result: 'begun' },
      { result: 'run_not_held', status: 409, target: 'run_1' },
      { result: 'begun' },
      { result: 'failed', target: 'user_1' },
    ]);
    expect(JSON.stringify(log.lines)).not.toContain('secret text');
  });
});

describe('An action that only reads', () => {
  it('is recorded once, and tells nothing where that cannot be done', async () => {
    await audited(EVENT, 'key_1', action({ changes: false }), deps);
    expect(happened).toEqual(['acted', { result: 'done', status: 200, target: 'user_1' }]);
    failOn = [2];
    await expect(audited(EVENT, 'key_1', action({ changes: false }), deps)).rejects.toThrow(StoreUnavailable);
  });
});
