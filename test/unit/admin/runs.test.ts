import { describe, expect, it } from 'vitest';
import type { AdminDependencies } from '../../../functions/admin/dependencies.ts';
import { listQuarantine } from '../../../functions/admin/quarantine.ts';
import { approveRun, listRuns, syncUsers } from '../../../functions/admin/runs.ts';
import { quarantineListSchema, runListSchema } from '../../../functions/http/schemas/admin-answers.ts';
import { createMemoryLog } from '../../../shared/adapters/memory/log.ts';
import { createMemoryQuarantine } from '../../../shared/adapters/memory/quarantine.ts';
import { createMemoryRunHistory } from '../../../shared/adapters/memory/run-history.ts';
import { createMemoryRunStarter } from '../../../shared/adapters/memory/run-starter.ts';
import { createMemoryRunStore } from '../../../shared/adapters/memory/run-store.ts';
import type { Quarantine } from '../../../shared/ports/quarantine.ts';
import type { Run, RunStore } from '../../../shared/ports/run-store.ts';
import type { Unreadable } from '../../../shared/ports/unreadable.ts';
import { startRun } from '../../../shared/sync/admin/start-run.ts';

const EVENT = { routeKey: 'POST /x', headers: {}, isBase64Encoded: false, requestContext: {} };

function world() {
  let ids = 0;
  const clock = { now: () => 1_000 };
  const starter = createMemoryRunStarter();
  const random = { next: () => 0, id: () => `run_${(ids += 1)}` };
  const parts = { clock, starter, random, log: createMemoryLog(), runs: createMemoryRunStore({ clock }) };
  // These actions need no other part.
  return { ...parts, deps: parts as Partial<AdminDependencies> as AdminDependencies };
}

describe('The list of runs', () => {
  it('shows them beside one whose record cannot be read, of which it says what is wrong', async () => {
    const { deps, runs } = world();
    await startRun(deps, { mode: 'full', dryRun: false, force: false });
    const items = [(await runs.get('run_1'))!, { id: 'run_2', unreadable: 'Item run#run_2: "mode" must be known.' }];
    const history = { list: () => Promise.resolve({ items, next: undefined }) };
    const { answer } = await listRuns.run(EVENT, { ...deps, history });
    const body: unknown = JSON.parse(answer.body ?? '');
    expect(answer.statusCode).toBe(200);
    expect(body).toMatchObject({
      runs: [{ runId: 'run_1', status: 'requested' }],
      unreadable: [{ runId: 'run_2', problem: 'Item run#run_2: "mode" must be known.' }],
      next: null,
    });
    expect(runListSchema.parse(body)).toEqual(body);
  });

  it('has nothing of that kind where each can be read', async () => {
    const { deps, runs } = world();
    await startRun(deps, { mode: 'full', dryRun: false, force: false });
    const { answer } = await listRuns.run(EVENT, { ...deps, history: createMemoryRunHistory(runs) });
    expect(answer.body).not.toContain('unreadable');
  });
});

describe('The list of what waits in quarantine', () => {
  it('shows the events beside an item that is none, of which it says what is wrong', async () => {
    const { clock, deps } = world();
    const memory = createMemoryQuarantine({ clock });
    const firstAt = clock.now();
    for (const id of ['msg_1', 'msg_2'])
      await memory.put({ id, body: '{}', reason: 'no-id', firstAt, userId: undefined });
    const quarantine: Quarantine = {
      ...memory,
      async *list(listing) {
        yield { id: 'msg_odd', unreadable: 'Item quarantine#msg_odd is none.' };
        yield* memory.list(listing);
      },
    };
    const event = { ...EVENT, rawQueryString: 'limit=1', queryStringParameters: { limit: '1' } };
    const { answer } = await listQuarantine.run(event, { ...deps, quarantine });
    const body: unknown = JSON.parse(answer.body ?? '');
    expect(body).toMatchObject({
      events: [{ id: 'msg_1', reason: 'no-id' }],
      unreadable: [{ id: 'msg_odd', problem: 'Item quarantine#msg_odd is none.' }],
      next: expect.any(String) as unknown,
    });
    expect(quarantineListSchema.parse(body)).toEqual(body);
  });
});

describe('A run that nobody takes on', () => {
  it('is answered with 503, when to come again, and where its record is', async () => {
    const { deps, starter } = world();
    starter.refuse(true);
    const { answer, result, target } = await syncUsers.run(EVENT, deps);
    expect(answer).toMatchObject({
      statusCode: 503,
      headers: { 'retry-after': '30', location: '/admin/sync-runs/run_1' },
    });
    expect([result, target]).toEqual(['run_not_started', 'run_1']);
  });

  it('is answered likewise where it was to make approved deletions, and the record names whose', async () => {
    const { deps, starter, runs } = world();
    await startRun(deps, { mode: 'full', dryRun: false, force: false });
    await runs.save({ ...(await runs.get('run_1'))!, status: 'held' });
    starter.refuse(true);
    const event = { ...EVENT, pathParameters: { id: 'run_1' } };
    const { answer, result, target } = await approveRun.run(event, deps);
    expect([answer.statusCode, result, target]).toEqual([503, 'run_not_started', undefined]);
    expect(approveRun.target?.(event)).toBe('run_1');
  });
});

describe('The approval of a run that a newer one has superseded', () => {
  async function refusedBy(newer: Run | Unreadable): Promise<{ code: unknown; message: unknown }> {
    const { deps, runs } = world();
    await startRun(deps, { mode: 'full', dryRun: false, force: false });
    await runs.save({ ...(await runs.get('run_1'))!, status: 'held' });
    const listed: RunStore = {
      ...runs,
      async *list(since) {
        yield* runs.list(since);
        yield newer;
      },
    };
    const { answer } = await approveRun.run({ ...EVENT, pathParameters: { id: 'run_1' } }, { ...deps, runs: listed });
    expect(answer.statusCode).toBe(409);
    return (JSON.parse(answer.body ?? '') as { error: { code: unknown; message: unknown } }).error;
  }

  it('is refused with that run’s name', async () => {
    const { deps, runs } = world();
    await startRun(deps, { mode: 'full', dryRun: false, force: false });
    const judged: Run = { ...(await runs.get('run_1'))!, id: 'run_2', status: 'in-sync' };
    const { code, message } = await refusedBy(judged);
    expect(code).toBe('run_superseded');
    expect(message).toContain('The newer full run run_2 has judged');
  });

  it('is refused also where nobody can tell, and does not claim that anybody has judged', async () => {
    const { code, message } = await refusedBy({ id: 'run_2', unreadable: 'Item run#run_2: "mode" must be known.' });
    expect(code).toBe('run_superseded');
    expect(message).toContain('The newer run run_2 may have judged the users of today: its record cannot be read');
  });
});
