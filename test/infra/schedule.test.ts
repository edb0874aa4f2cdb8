import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { describe, expect, it } from 'vitest';
import { addSecondInstance, functionOf, newStack, ofType, only, readResources, resourcesOf, target } from './stack.ts';
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
    const version = only(resources, 'AWS::Lambda::Version');
    expect(version.DeletionPolicy).toBe('Retain');
    expect(target(version.Properties['FunctionName'])).toBe(functionOf(resources, 'reconciler').logicalId);
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

describe('the schedule', () => {
  const schedule = only(resources, SCHEDULE);
  const alias = only(resources, 'AWS::Lambda::Alias');

  it('is called full and stands in a group of its own, with which it goes', () => {
    const group = only(resources, 'AWS::Scheduler::ScheduleGroup');
    expect(schedule.Properties).toMatchObject({ Name: 'full', GroupName: group.Properties['Name'], State: 'ENABLED' });
    expect(group.DeletionPolicy).toBe('Delete');
  });

  it('starts a full run through the alias of the live version', () => {
    const to = schedule.Properties['Target'] as Record<string, unknown>;
    expect(target(to['Arn'])).toBe(alias.logicalId);
    expect(JSON.parse(String(to['Input']))).toEqual({ mode: 'full' });
    expect(target(alias.Properties['FunctionVersion'] as object)).toBe(
      only(resources, 'AWS::Lambda::Version').logicalId,
    );
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

  it.each([
    ['production', 'cron(0 2 * * ? *)'],
    ['staging', 'rate(6 hours)'],
  ] as const)('in %s is %s', (stage, expression) => {
    expect(only(resourcesOf({ stage }), SCHEDULE).Properties['ScheduleExpression']).toBe(expression);
  });

  it('at night means night in UTC', () => {
    expect(schedule.Properties['ScheduleExpressionTimezone']).toBe('Etc/UTC');
  });

  it('is absent in development, and wherever it is turned off', () => {
    expect(ofType(resourcesOf({ stage: 'development' }), SCHEDULE)).toEqual([]);
    expect(ofType(resourcesOf({ schedules: { full: 'off' } }), SCHEDULE)).toEqual([]);
  });

  it('is what the prop says in any stage', () => {
    const full = ScheduleExpression.expression('rate(1 day)');
    const changed = only(resourcesOf({ stage: 'development', schedules: { full } }), SCHEDULE);
    expect(changed.Properties['ScheduleExpression']).toBe('rate(1 day)');
  });

  it('of a second instance in the same stack has another name and group', () => {
    const stack = newStack();
    addSecondInstance(stack);
    const schedules = ofType(readResources(stack), SCHEDULE).map(({ Properties }) => Properties);
    expect(schedules.map((properties) => properties['Name'])).toEqual(['full', 'second-full']);
    expect(new Set(schedules.map((properties) => properties['GroupName'])).size).toBe(2);
  });
});
