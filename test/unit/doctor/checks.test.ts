import type { TableDescription } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { CHECKS } from '../../../scripts/doctor/checks/index.ts';
import type { Finding } from '../../../scripts/doctor/finding.ts';
import type { Patient } from '../../../scripts/doctor/patient.ts';
import type { Run } from '../../../shared/ports/run-store.ts';
import type { Unreadable } from '../../../shared/ports/unreadable.ts';
import { textMatching } from '../../support/cloud/matchers.ts';

/** What no local cloud can be brought to: a deployed stack of which each test says one thing that is wrong. */
interface Wrong {
  readonly table?: TableDescription;
  readonly recovery?: string;
  readonly expiry?: object;
  readonly received?: readonly number[];
  readonly runs?: readonly (Run | Unreadable)[];
  readonly resources?: Patient['resources'];
  readonly stage?: Patient['config']['stage'];
}

const NOW = Date.UTC(2026, 10, 25, 12);
const HOUR = 3_600_000;
const PROJECTED = ['fingerprint', 'profileAsOf', 'profileSeenAt', 'recordAsOf', 'recordSeenAt'];
const TABLE: TableDescription = {
  TableStatus: 'ACTIVE',
  KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
  GlobalSecondaryIndexes: [indexWith(PROJECTED)],
  StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
  DeletionProtectionEnabled: true,
};

function indexWith(NonKeyAttributes: string[], sortKey = 'sort') {
  const KeySchema = [
    { AttributeName: 'group', KeyType: 'HASH' as const },
    { AttributeName: sortKey, KeyType: 'RANGE' as const },
  ];
  return { IndexName: 'byGroup', KeySchema, Projection: { NonKeyAttributes } };
}

function patientWith(wrong: Wrong): Patient {
  const { table = TABLE, received = [1, 1, 1], runs = [run({})], stage = 'production' } = wrong;
  const send = (command: { constructor: { name: string } }): Promise<object> =>
    Promise.resolve(
      command.constructor.name === 'DescribeTimeToLiveCommand'
        ? { TimeToLiveDescription: wrong.expiry ?? { TimeToLiveStatus: 'ENABLED', AttributeName: 'expiresAt' } }
        : {
            ContinuousBackupsDescription: {
              PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: wrong.recovery ?? 'ENABLED' },
            },
          },
    );
  const results = received.map((value, position) => ({ Id: `type${position}`, Values: [value] }));
  return {
    place: { stackName: 'mine', aws: {}, tables: {}, api: undefined, standIn: undefined, token: undefined },
    config: { tableName: 'users', stackName: 'mine/Sync', stage, secrets: { kind: 'secret', secretArn: 'arn' } },
    outputs: { ApiUrl: 'https://api.example.com', WebhookUrl: 'https://api.example.com/webhooks/clerk' },
    resources: wrong.resources ?? [],
    table: () => Promise.resolve(table),
    dynamodb: { send },
    cloudWatch: { send: () => Promise.resolve({ MetricDataResults: results, MetricAlarms: [] }) },
    recordedRuns: () => Promise.resolve(runs),
    clock: { now: () => NOW },
  } as unknown as Patient;
}

function run(changes: Partial<Run>): Run {
  const counts = { clerkUsers: 9, storedUsers: 9, created: 0, updated: 0, deleted: 0, restored: 0, suspects: 0 };
  return {
    id: 'run_1',
    mode: 'full',
    status: 'in-sync',
    startedAt: NOW - 2 * HOUR,
    endedAt: NOW - 2 * HOUR,
    counts: { ...counts, conflicts: 0 },
    drift: {},
    report: {},
    heldBecause: undefined,
    failedBecause: undefined,
    ...changes,
  };
}

async function find(name: string, wrong: Wrong): Promise<Finding> {
  const check = CHECKS.find((each) => each.name === name);
  if (!check) throw new Error(`There is no check ${name}.`);
  return check.examine(patientWith(wrong));
}

describe('the table', () => {
  it.each(['table', 'table-index', 'table-stream', 'table-expiry', 'table-recovery', 'table-protection'])(
    '%s is well in a stack as it is deployed',
    async (name) => {
      expect(await find(name, {})).toMatchObject({ status: 'ok' });
    },
  );

  it.each([
    [
      'table',
      'another key',
      { table: { ...TABLE, KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }] } },
      /another key/,
    ],
    ['table', 'still being made', { table: { ...TABLE, TableStatus: 'CREATING' } }, /is CREATING/],
    ['table-index', 'no index', { table: { ...TABLE, GlobalSecondaryIndexes: [] } }, /no index byGroup/],
    [
      'table-index',
      'other keys',
      { table: { ...TABLE, GlobalSecondaryIndexes: [indexWith(PROJECTED, 'at')] } },
      /other keys/,
    ],
    [
      'table-index',
      'too little in it',
      { table: { ...TABLE, GlobalSecondaryIndexes: [indexWith(['fingerprint', 'profileAsOf'])] } },
      /does not project profileSeenAt, recordAsOf, recordSeenAt/,
    ],
    ['table-stream', 'no stream', { table: { ...TABLE, StreamSpecification: { StreamEnabled: false } } }, /is off/],
    [
      'table-stream',
      'keys only',
      { table: { ...TABLE, StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' } } },
      /too little/,
    ],
    ['table-expiry', 'no expiry', { expiry: { TimeToLiveStatus: 'DISABLED' } }, /never expire/],
    [
      'table-expiry',
      'another attribute',
      { expiry: { TimeToLiveStatus: 'ENABLED', AttributeName: 'ttl' } },
      /never expire/,
    ],
    ['table-recovery', 'no recovery', { recovery: 'DISABLED' }, /recovery is off/],
    ['table-protection', 'no protection', { table: { ...TABLE, DeletionProtectionEnabled: false } }, /by mistake/],
  ] satisfies [string, string, Wrong, RegExp][])('%s names what is wrong: %s', async (name, _what, wrong, detail) => {
    const finding = await find(name, wrong);
    expect(finding).toMatchObject({ status: 'failed', detail: textMatching(detail) });
    expect(finding.fix).not.toBe('');
  });

  it('may be without protection where nothing is worth protecting', async () => {
    const table = { ...TABLE, DeletionProtectionEnabled: false };
    expect(await find('table-protection', { table, stage: 'staging' })).toMatchObject({ status: 'ok' });
  });
});

describe('webhook-events', () => {
  const repaired = [run({ counts: { ...run({}).counts, created: 3 } })];
  it.each([
    ['all types have arrived', { received: [5, 2, 1] }, 'ok', /all three/],
    ['some have not', { received: [5, 0, 0] }, 'skipped', /user.updated and user.deleted none has arrived/],
    ['none has, and nothing has happened', { received: [0, 0, 0] }, 'skipped', /runs have found nothing/],
    ['none has, and runs repaired users', { received: [0, 0, 0], runs: repaired }, 'failed', /repaired 3 users/],
    [
      'none has, and a dry run would have repaired users',
      { received: [0, 0, 0], runs: repaired.map((each) => ({ ...each, dryRun: true })) },
      'skipped',
      /runs have found nothing/,
    ],
  ] satisfies [string, Wrong, Finding['status'], RegExp][])('when %s', async (_what, wrong, status, detail) => {
    const finding = await find('webhook-events', wrong);
    expect(finding).toMatchObject({ status, detail: textMatching(detail) });
    const isAdvised = finding.fix.includes('must be https://api.example.com/webhooks/clerk');
    expect(isAdvised).toBe(status !== 'ok');
  });
});

describe('last-full-run and held-run', () => {
  const failedSince = run({ id: 'run_2', status: 'failed', endedAt: NOW - HOUR });
  const held = run({ id: 'run_3', status: 'held', heldBecause: 'Too many.', startedAt: NOW - HOUR });
  const ofOne = run({ ...held, id: 'run_4', mode: 'user', startedAt: NOW - HOUR / 2 });
  const approval = run({ id: 'run_5', mode: 'approve', approves: 'run_3', status: 'repaired', startedAt: NOW });
  it.each([
    ['last-full-run', 'recent', [run({})], 'ok', /2 hours ago/],
    ['last-full-run', 'followed by one that failed', [run({}), failedSince], 'ok', /2 hours ago/],
    ['last-full-run', 'too long ago', [run({ endedAt: NOW - 27 * HOUR })], 'failed', /27 hours ago/],
    ['last-full-run', 'a dry one only', [run({ dryRun: true })], 'failed', /no full run/],
    ['last-full-run', 'of one user only', [run({ mode: 'user' })], 'failed', /no full run/],
    ['last-full-run', 'held', [held], 'failed', /no full run/],
    ['held-run', 'held', [run({}), held], 'failed', /run_3 holds 0 deletions: Too many\./],
    ['held-run', 'held, and one failed since', [held, failedSince], 'failed', /run_3/],
    ['held-run', 'held, and superseded', [held, run({ startedAt: NOW })], 'ok', /no deletions/],
    [
      'held-run',
      'held, and compared without effect since',
      [held, run({ startedAt: NOW, dryRun: true })],
      'failed',
      /run_3/,
    ],
    ['held-run', 'of one user', [run({}), ofOne], 'failed', /run_4/],
    ['held-run', 'of one user, and superseded', [ofOne, run({ startedAt: NOW })], 'ok', /no deletions/],
    ['held-run', 'held, and approved', [held, approval], 'ok', /no deletions/],
    ['held-run', 'held, and one of two approved', [held, ofOne, approval], 'failed', /run_4/],
    [
      'held-run',
      'held, with an approval that never told its end',
      [held, { ...approval, status: 'running', endedAt: undefined }],
      'failed',
      /run_3 .*Too many\. Its approval, run run_5, has not told its end\./,
    ],
    ['held-run', 'held, with an approval that failed', [held, { ...approval, status: 'failed' }], 'failed', /run_3/],
    ['held-run', 'two held', [held, ofOne], 'failed', /run_3 .*Too many\. And 1 more run holds some\./],
  ] satisfies [string, string, Run[], Finding['status'], RegExp][])(
    '%s: %s',
    async (name, _what, runs, status, detail) => {
      expect(await find(name, { runs })).toMatchObject({ status, detail: textMatching(detail) });
    },
  );

  it('says the command with the stack in it', async () => {
    expect((await find('last-full-run', { runs: [] })).fix).toContain('`npm run sync -- --stack mine`');
    const { fix } = await find('held-run', { runs: [held] });
    expect(fix).toContain('`npm run sync -- --approve-deletions run_3 --stack mine`');
  });
});

describe('run-records', () => {
  const unreadable = { id: 'run_9', unreadable: 'Item run#run_9: the attribute "mode" must be known.' };

  it('is well where each can be read', async () => {
    expect(await find('run-records', {})).toMatchObject({ status: 'ok' });
  });

  it('names the one that cannot be, and what to do, and the other checks see the rest', async () => {
    const runs = [unreadable, run({})];
    const { status, detail, fix } = await find('run-records', { runs });
    expect({ status, detail }).toEqual({ status: 'failed', detail: unreadable.unreadable });
    expect(fix).toContain('docs/runbook.md');
    expect(await find('last-full-run', { runs })).toMatchObject({ status: 'ok' });
    expect(await find('held-run', { runs })).toMatchObject({ status: 'ok' });
    expect(await find('webhook-events', { runs })).toMatchObject({ status: 'ok' });
  });

  it('counts those that it does not name', async () => {
    const runs = [1, 2, 3, 4, 5].map((n) => ({ ...unreadable, id: `run_${n}` }));
    expect((await find('run-records', { runs })).detail).toMatch(/ And 4 more\.$/);
  });
});

describe('schedules and alarms', () => {
  const schedules = ['staging-full', 'staging-incremental'].map((physicalId) => ({
    type: 'AWS::Scheduler::Schedule',
    logicalId: physicalId,
    physicalId,
  }));
  it.each([
    ['schedule-full', {}, 'failed', /no schedule starts full runs/],
    ['schedule-full', { resources: schedules }, 'ok', /staging-full is deployed/],
    ['schedule-full', { stage: 'development' }, 'skipped', /by hand/],
    ['schedule-incremental', {}, 'warning', /no schedule starts incremental runs/],
    ['schedule-incremental', { resources: schedules }, 'ok', /staging-incremental is deployed/],
    ['alarms', {}, 'failed', /has no alarms/],
    [
      'alarms',
      { resources: [{ type: 'AWS::CloudWatch::Alarm', logicalId: 'Alarm', physicalId: 'Mine' }] },
      'failed',
      /Mine is gone/,
    ],
    ['alarm-topic', {}, 'warning', /no topic of its own/],
    [
      'alarm-topic',
      { resources: [{ type: 'AWS::SNS::Topic', logicalId: 'Topic', physicalId: 'arn:topic' }] },
      'skipped',
      /subscribed/,
    ],
  ] satisfies [string, Wrong, Finding['status'], RegExp][])('%s in %j: %s', async (name, wrong, status, detail) => {
    expect(await find(name, wrong)).toMatchObject({ status, detail: textMatching(detail) });
  });
});
