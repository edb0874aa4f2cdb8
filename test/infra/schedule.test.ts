import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { describe, expect, it } from 'vitest';
import {
  aliasOf,
  addSecondInstance,
  functionOf,
  newStack,
  ofType,
  only,
  readResources,
  resourcesOf,
  target,
} from './stack.ts';
import type { Resource } from './stack.ts';

const resources = resourcesOf();
const SCHEDULE = 'AWS::Scheduler::Schedule';

describe('the reconciler', () => {
  it('is durable: a day for a run, a week of history', () => {
    expect(functionOf(resources, 'reconciler').Properties['DurableConfig']).toEqual({
      ExecutionTimeout: 86_400,
      RetentionPeriodInDays: 7,
    });
  });

  it('is the only durable one', () => {
    expect(resources.filter(({ Properties }) => 'DurableConfig' in Properties)).toHaveLength(1);
  });

  it('leaves the version in place that a run in flight is on', () => {
    expect(liveVersion().DeletionPolicy).toBe('Retain');
  });

  it('hands failed executions to the encrypted queue', () => {
    const queue = reconcilerQueue();
    expect(queue.Properties).toMatchObject({ SqsManagedSseEnabled: true });
    const { TargetArn } = functionOf(resources, 'reconciler').Properties['DeadLetterConfig'] as { TargetArn: unknown };
    expect(target(TargetArn)).toBe(queue.logicalId);
  });
});

/** Of runs that came to nothing; the change stream has one of its own. */
function reconcilerQueue(): Resource {
  const queues = ofType(resources, 'AWS::SQS::Queue').filter(({ logicalId }) => logicalId.includes('Reconciler'));
  return only(queues, 'AWS::SQS::Queue');
}

/** The version of the reconciler that runs now. */
function liveVersion(): Resource {
  const { logicalId } = functionOf(resources, 'reconciler');
  const versions = ofType(resources, 'AWS::Lambda::Version');
  return only(
    versions.filter(({ Properties }) => target(Properties['FunctionName']) === logicalId),
    'AWS::Lambda::Version',
  );
}

/** A schedule by the runs that it starts. */
function scheduleOf(all: readonly Resource[], name: string): Resource {
  return only(
    ofType(all, SCHEDULE).filter(({ Properties }) => Properties['Name'] === `clerk-sync-test-Sync-${name}`),
    SCHEDULE,
  );
}

describe.each(['full', 'incremental'])('the schedule %s', (name) => {
  const schedule = scheduleOf(resources, name);
  const alias = aliasOf(resources, 'reconciler');

  it('stands in a group of its own, with which it goes', () => {
    const group = only(resources, 'AWS::Scheduler::ScheduleGroup');
    expect(schedule.Properties).toMatchObject({ GroupName: group.Properties['Name'], State: 'ENABLED' });
    expect(group.DeletionPolicy).toBe('Delete');
  });

  it('starts a run through the alias of the live version', () => {
    const to = schedule.Properties['Target'] as Record<string, unknown>;
    expect(target(to['Arn'])).toBe(alias.logicalId);
    expect(JSON.parse(String(to['Input']))).toEqual({ mode: name });
    expect(target(alias.Properties['FunctionVersion'] as object)).toBe(liveVersion().logicalId);
  });

  it('keeps what could not be delivered, and is on time', () => {
    const to = schedule.Properties['Target'] as Record<string, unknown>;
    expect(target((to['DeadLetterConfig'] as { Arn: unknown }).Arn)).toBe(reconcilerQueue().logicalId);
    expect(to['RetryPolicy']).toEqual({ MaximumRetryAttempts: 10, MaximumEventAgeInSeconds: 3600 });
    expect(schedule.Properties['FlexibleTimeWindow']).toEqual({ Mode: 'OFF' });
  });

  it('has a role that only its group may take, to invoke that alias and fill that queue', () => {
    const role = resources.find(
      ({ logicalId }) => logicalId === target((schedule.Properties['Target'] as { RoleArn: unknown }).RoleArn),
    );
    expect(role?.Properties['AssumeRolePolicyDocument']).toMatchObject({
      Statement: [
        {
          Principal: { Service: 'scheduler.amazonaws.com' },
          Condition: {
            StringEquals: {
              'aws:SourceAccount': { Ref: 'AWS::AccountId' },
              'aws:SourceArn': { 'Fn::GetAtt': [only(resources, 'AWS::Scheduler::ScheduleGroup').logicalId, 'Arn'] },
            },
          },
        },
      ],
    });
    const policy = ofType(resources, 'AWS::IAM::Policy').find(({ Properties }) =>
      JSON.stringify(Properties['Roles']).includes(String(role?.logicalId)),
    );
    expect(policy?.Properties['PolicyDocument']).toMatchObject({
      Statement: [
        { Action: 'lambda:InvokeFunction', Resource: { Ref: alias.logicalId } },
        {
          Action: 'sqs:SendMessage',
          Resource: { 'Fn::GetAtt': [reconcilerQueue().logicalId, 'Arn'] },
        },
      ],
    });
    expect(schedule.DependsOn).toContain(policy?.logicalId);
  });

  it('is in UTC', () => {
    expect(schedule.Properties['ScheduleExpressionTimezone']).toBe('Etc/UTC');
  });
});

describe('the schedules', () => {
  it.each([
    ['production', 'cron(0 2 * * ? *)'],
    ['staging', 'rate(6 hours)'],
  ] as const)('in %s are %s for full runs, and every hour at half past for incremental ones', (stage, expression) => {
    const all = resourcesOf({ stage });
    expect(ofType(all, SCHEDULE)).toHaveLength(2);
    expect(scheduleOf(all, 'full').Properties['ScheduleExpression']).toBe(expression);
    expect(scheduleOf(all, 'incremental').Properties['ScheduleExpression']).toBe('cron(30 * * * ? *)');
  });

  it('are absent in development, with their group and role', () => {
    const all = resourcesOf({ stage: 'development' });
    expect([...ofType(all, SCHEDULE), ...ofType(all, 'AWS::Scheduler::ScheduleGroup')]).toEqual([]);
    expect(ofType(resourcesOf({ schedules: { full: 'off', incremental: 'off' } }), SCHEDULE)).toEqual([]);
  });

  it.each([
    ['full', 'incremental'],
    ['incremental', 'full'],
  ] as const)('are turned off one by one: without %s there is %s', (off, left) => {
    const all = ofType(resourcesOf({ schedules: { [off]: 'off' } }), SCHEDULE);
    expect(all.map(({ Properties }) => Properties['Name'])).toEqual([`clerk-sync-test-Sync-${left}`]);
  });

  it.each(['full', 'incremental'] as const)('are what the prop says in any stage: %s', (name) => {
    const daily = ScheduleExpression.expression('rate(1 day)');
    const changed = only(resourcesOf({ stage: 'development', schedules: { [name]: daily } }), SCHEDULE);
    expect(changed.Properties).toMatchObject({
      Name: `clerk-sync-test-Sync-${name}`,
      ScheduleExpression: 'rate(1 day)',
    });
  });

  it('of a second instance in the same stack have other names and another group', () => {
    const stack = newStack();
    addSecondInstance(stack);
    const schedules = ofType(readResources(stack), SCHEDULE).map(({ Properties }) => Properties);
    const names = schedules.map((properties) => properties['Name']);
    const own = ['clerk-sync-test-Sync-full', 'clerk-sync-test-Sync-incremental'];
    expect(names).toEqual([...own, 'second-full', 'second-incremental']);
    expect(new Set(schedules.map((properties) => properties['GroupName'])).size).toBe(2);
  });
});
