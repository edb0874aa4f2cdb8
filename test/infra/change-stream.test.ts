import { describe, expect, it } from 'vitest';
import { functionOf, ofType, only, resourcesOf, target } from './stack.ts';

const resources = resourcesOf();
const mapping = only(resources, 'AWS::Lambda::EventSourceMapping');

describe('the change stream', () => {
  it("drives the function of the table's changes, from the first on", () => {
    const table = only(resources, 'AWS::DynamoDB::GlobalTable').logicalId;
    expect(mapping.Properties).toMatchObject({
      EventSourceArn: { 'Fn::GetAtt': [table, 'StreamArn'] },
      StartingPosition: 'TRIM_HORIZON',
    });
    expect(target(mapping.Properties['FunctionName'])).toBe(functionOf(resources, 'changes').logicalId);
  });

  it('passes on the reservations that somebody waits for, or that nobody has, and no user', () => {
    const { Filters } = mapping.Properties['FilterCriteria'] as { Filters: { Pattern: string }[] };
    const pk = { S: [{ prefix: 'email#' }, { prefix: 'username#' }] };
    expect(Filters.map(({ Pattern }) => JSON.parse(Pattern) as unknown)).toEqual(
      [{ group: { S: [{ exists: true }] } }, { owner: { S: [{ exists: false }] } }].map((NewImage) => ({
        eventName: ['INSERT', 'MODIFY'],
        dynamodb: { Keys: { pk }, NewImage },
      })),
    );
  });

  it('sends again only what failed, in halves, and keeps for a person what it gives up', () => {
    const { OnFailure } = mapping.Properties['DestinationConfig'] as { OnFailure: { Destination: unknown } };
    const queue = resources.find(({ logicalId }) => logicalId === target(OnFailure.Destination));
    expect(mapping.Properties).toMatchObject({
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      BisectBatchOnFunctionError: true,
      MaximumRecordAgeInSeconds: 3600,
    });
    expect(mapping.Properties).not.toHaveProperty('MaximumRetryAttempts');
    expect(queue?.Properties).toMatchObject({ SqsManagedSseEnabled: true });
    expect(ofType(resources, 'AWS::SQS::Queue')).toHaveLength(2);
  });

  it('is mapped only when the function may read it', () => {
    const policy = ofType(resources, 'AWS::IAM::Policy').find(({ Properties }) =>
      JSON.stringify(Properties).includes('dynamodb:GetRecords'),
    );
    expect(mapping.DependsOn).toContain(policy?.logicalId);
  });
});
