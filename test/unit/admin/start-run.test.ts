import { beforeEach, describe, expect, it } from 'vitest';
import { createLambdaRunStarter } from '../../../shared/adapters/lambda/run-starter.ts';
import { createMemoryLog } from '../../../shared/adapters/memory/log.ts';
import type { MemoryRunStarter } from '../../../shared/adapters/memory/run-starter.ts';
import { createMemoryRunStarter } from '../../../shared/adapters/memory/run-starter.ts';
import { createMemoryRunStore } from '../../../shared/adapters/memory/run-store.ts';
import { parseRunRequest } from '../../../functions/reconciler/run-request.ts';
import type { RunRequest } from '../../../shared/ports/run-starter.ts';
import { RunNotStarted } from '../../../shared/ports/run-starter.ts';
import type { RunStore } from '../../../shared/ports/run-store.ts';
import { approveDeletions } from '../../../shared/sync/admin/approve-deletions.ts';
import { startRun } from '../../../shared/sync/admin/start-run.ts';

let ids: number;
let runs: RunStore;
let starter: MemoryRunStarter;
const clock = { now: () => 1_000 };
beforeEach(() => {
  ids = 0;
  runs = createMemoryRunStore({ clock });
  starter = createMemoryRunStarter();
});
const deps = () => ({
  runs,
  starter,
  clock,
  log: createMemoryLog(),
  random: { next: () => 0, id: () => `run_${(ids += 1)}` },
});

const REQUESTS: readonly RunRequest[] = [
  { mode: 'full', dryRun: false, force: true },
  { mode: 'full', dryRun: true, force: false },
  { mode: 'incremental', dryRun: true, since: 1_700_000_000_000 },
  { mode: 'incremental', dryRun: false },
  { mode: 'approve', run: 'run_0' },
  { mode: 'user', userId: 'user_1', dryRun: true },
];

describe('Starting a run', () => {
  it.each(REQUESTS)('is recorded as requested, and asked of the reconciler under the same id: %j', async (request) => {
    expect(await startRun(deps(), request)).toEqual({ runId: 'run_1', status: 'requested' });
    expect(await runs.get('run_1')).toMatchObject({ mode: request.mode, status: 'requested', startedAt: 1_000 });
    expect([...starter.started]).toEqual([['run_1', request]]);
  });

  it('that nobody takes on is recorded as failed', async () => {
    starter.refuse(true);
    expect(await startRun(deps(), { mode: 'full', dryRun: false, force: false })).toMatchObject({
      status: 'not-started',
    });
    expect(await runs.get('run_1')).toMatchObject({
      status: 'failed',
      endedAt: 1_000,
      failedBecause: 'The reconciler did not take the run on (Refused).',
    });
  });

  it('is not asked of anybody where it cannot be recorded', async () => {
    const save = () => Promise.reject(new Error('away'));
    await expect(startRun({ ...deps(), runs: { ...runs, save } }, REQUESTS[0]!)).rejects.toThrow('away');
    expect(starter.started.size).toBe(0);
  });
});

describe('An approval', () => {
  const hold = async (id: string, startedAt: number, status: 'held' | 'repaired' | 'requested' | 'failed' = 'held') => {
    await startRun({ ...deps(), random: { next: () => 0, id: () => id } }, REQUESTS[0]!);
    const run = (await runs.get(id))!;
    await runs.save({ ...run, startedAt, status });
  };

  it('starts the run that makes the deletions', async () => {
    await hold('held_1', 1);
    await hold('later_1', 2, 'requested');
    await hold('later_2', 2, 'failed');
    expect(await approveDeletions(deps(), 'held_1')).toEqual({ runId: 'run_1', status: 'requested' });
    expect(starter.started.get('run_1')).toEqual({ mode: 'approve', run: 'held_1' });
  });

  it('is refused of a run that is unknown, not held, or superseded', async () => {
    await hold('held_1', 1);
    await hold('newer_1', 2, 'repaired');
    expect(await approveDeletions(deps(), 'nobodys')).toEqual({ status: 'unknown' });
    expect(await approveDeletions(deps(), 'newer_1')).toEqual({ status: 'not-held', is: 'repaired' });
    expect(await approveDeletions(deps(), 'held_1')).toEqual({ status: 'superseded', by: 'newer_1', isCertain: true });
  });
});

describe('The reconciler', () => {
  it.each(REQUESTS)(
    'is invoked asynchronously, once for an id, and understands what it is sent: %j',
    async (request) => {
      const sent: Record<string, unknown>[] = [];
      const client = { send: async ({ input }: { input: Record<string, unknown> }) => void sent.push(input) };
      const options = { client: client as never, reconcilerArn: 'arn:x:live' };
      await createLambdaRunStarter(options).start('run_1', request);
      expect(sent).toMatchObject([
        { FunctionName: 'arn:x:live', InvocationType: 'Event', DurableExecutionName: 'run_1' },
      ]);
      expect(parseRunRequest(JSON.parse(String(sent[0]?.['Payload'])))).toEqual({ ...request, runId: 'run_1' });
    },
  );

  it('that does not take an invocation is named by the kind of failure, and nothing else', async () => {
    const client = { send: () => Promise.reject(Object.assign(new Error('secret'), { name: 'ThrottlingException' })) };
    const started = createLambdaRunStarter({ client: client as never, reconcilerArn: 'arn' }).start('r', REQUESTS[0]!);
    await expect(started).rejects.toThrow(RunNotStarted);
    await expect(started).rejects.toThrow('The reconciler did not take the run on (ThrottlingException).');
  });

  it.each([7, '', 'has blanks', 'x'.repeat(101), null])('refuses a run id that is none: %j', (runId) => {
    expect(() => parseRunRequest({ mode: 'full', runId })).toThrow('"runId"');
  });
});
