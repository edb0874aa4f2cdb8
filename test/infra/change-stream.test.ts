import { EventBus } from 'aws-cdk-lib/aws-events';
import { describe, expect, it } from 'vitest';
import { ENVIRONMENT } from '../../shared/names/environment.ts';
import {
  functionOf,
  newStack,
  ofType,
  only,
  readResources,
  resourcesOf,
  statementsOfFunction,
  target,
} from './stack.ts';
import type { Resource } from './stack.ts';

const resources = resourcesOf();
const mappings = ofType(resources, 'AWS::Lambda::EventSourceMapping');
const names = mappings.find((mapping) => patternsOf(mapping).length === 2)!;
const users = mappings.find((mapping) => patternsOf(mapping).length === 1)!;

describe('the change stream', () => {
  it.each([
    ['names', names],
    ['users', users],
  ])("drives the function of the table's changes by its %s, from the first on", (_what, { Properties }) => {
    const table = only(resources, 'AWS::DynamoDB::GlobalTable').logicalId;
    expect(Properties).toMatchObject({
      EventSourceArn: { 'Fn::GetAtt': [table, 'StreamArn'] },
      StartingPosition: 'TRIM_HORIZON',
    });
    expect(target(Properties['FunctionName'])).toBe(functionOf(resources, 'changes').logicalId);
  });

  it('has two readers, as many as a shard may have', () => {
    expect(mappings).toHaveLength(2);
  });

  it('passes on the reservations that somebody waits for, or that nobody has', () => {
    const pk = { S: [{ prefix: 'email#' }, { prefix: 'username#' }] };
    expect(patternsOf(names)).toEqual(
      [{ group: { S: [{ exists: true }] } }, { owner: { S: [{ exists: false }] } }].map((NewImage) => ({
        eventName: ['INSERT', 'MODIFY'],
        dynamodb: { Keys: { pk }, NewImage },
      })),
    );
  });

  it('passes on users that were written, and none that was removed', () => {
    const pk = { S: [{ prefix: 'user#' }] };
    expect(patternsOf(users)).toEqual([{ eventName: ['INSERT', 'MODIFY'], dynamodb: { Keys: { pk } } }]);
  });

  it.each([
    ['names for an hour', names, 3_600],
    ['events for six hours', users, 21_600],
  ])('sends again only what failed, in halves, and keeps for a person what it gives up: %s', (_what, mapping, age) => {
    expect(mapping.Properties).toMatchObject({
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      BisectBatchOnFunctionError: true,
      MaximumRecordAgeInSeconds: age,
    });
    expect(mapping.Properties).not.toHaveProperty('MaximumRetryAttempts');
    expect(queueOf(mapping)?.Properties).toMatchObject({ SqsManagedSseEnabled: true });
  });

  it('has one queue for what it gives up, of either kind: the same is to be done with both', () => {
    expect(queueOf(names)?.logicalId).toBe(queueOf(users)?.logicalId);
    expect(ofType(resources, 'AWS::SQS::Queue')).toHaveLength(2);
  });

  it('gathers users for a second, and ten calls of the bus at most', () => {
    expect(users.Properties).toMatchObject({ BatchSize: 100, MaximumBatchingWindowInSeconds: 1 });
  });

  it('is mapped only when the function may read it', () => {
    const policy = ofType(resources, 'AWS::IAM::Policy').find(({ Properties }) =>
      JSON.stringify(Properties).includes('dynamodb:GetRecords'),
    );
    for (const mapping of mappings) expect(mapping.DependsOn).toContain(policy?.logicalId);
  });
});

describe('the bus', () => {
  it('is one of its own, which the function of the changes knows and alone may put events on', () => {
    const bus = only(resources, 'AWS::Events::EventBus').logicalId;
    const arn = { 'Fn::GetAtt': [bus, 'Arn'] };
    expect(variablesOf(resources)[ENVIRONMENT.eventBus]).toEqual(arn);
    expect(putters(resources)).toEqual([{ Effect: 'Allow', Action: 'events:PutEvents', Resource: arn }]);
    expect(statementsOfFunction(resources, 'changes')).toContainEqual(putters(resources)[0]);
  });

  it('may be one that exists', () => {
    const arn = 'arn:aws:events:eu-west-1:111122223333:event-bus/company';
    const stack = newStack({ eventBus: EventBus.fromEventBusArn(newStack(), 'Company', arn) });
    const all = readResources(stack);
    expect(ofType(all, 'AWS::Events::EventBus')).toEqual([]);
    expect(variablesOf(all)[ENVIRONMENT.eventBus]).toBe(arn);
    expect(putters(all)).toEqual([{ Effect: 'Allow', Action: 'events:PutEvents', Resource: arn }]);
    expect(stack.sync.bus.eventBusRef.eventBusArn).toBe(arn);
  });
});

function patternsOf({ Properties }: Resource): readonly unknown[] {
  const { Filters } = Properties['FilterCriteria'] as { Filters: { Pattern: string }[] };
  return Filters.map(({ Pattern }) => JSON.parse(Pattern) as unknown);
}

function queueOf({ Properties }: Resource): Resource | undefined {
  const { OnFailure } = Properties['DestinationConfig'] as { OnFailure: { Destination: unknown } };
  return resources.find(({ logicalId }) => logicalId === target(OnFailure.Destination));
}

function variablesOf(all: readonly Resource[]): Readonly<Record<string, unknown>> {
  return (functionOf(all, 'changes').Properties['Environment'] as { Variables: Record<string, unknown> }).Variables;
}

function putters(all: readonly Resource[]): readonly unknown[] {
  return ofType(all, 'AWS::IAM::Policy')
    .flatMap(({ Properties }) => (Properties['PolicyDocument'] as { Statement: readonly object[] }).Statement)
    .filter((statement) => JSON.stringify(statement).includes('events:'));
}
