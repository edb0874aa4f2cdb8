import { RemovalPolicy } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { TABLE } from '../../shared/names/table.ts';
import { only, resourcesOf } from './stack.ts';

const TABLE_TYPE = 'AWS::DynamoDB::GlobalTable';

describe('the table', () => {
  const table = only(resourcesOf(), TABLE_TYPE);

  it('has the one key and the one index that the adapter uses', () => {
    expect(table.Properties['KeySchema']).toEqual([{ AttributeName: TABLE.partitionKey, KeyType: 'HASH' }]);
    expect(table.Properties['GlobalSecondaryIndexes']).toEqual([
      {
        IndexName: TABLE.index.name,
        KeySchema: [
          { AttributeName: TABLE.index.partitionKey, KeyType: 'HASH' },
          { AttributeName: TABLE.index.sortKey, KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: [...TABLE.index.projected] },
      },
    ]);
    expect(table.Properties['AttributeDefinitions']).toHaveLength(3);
  });

  it('is billed by request, expires items, streams both images and is encrypted', () => {
    expect(table.Properties).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      TimeToLiveSpecification: { AttributeName: TABLE.timeToLive, Enabled: true },
      StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS' },
    });
  });

  it.each(['development', 'staging', 'production'] as const)('can be restored to any second in %s', (stage) => {
    expect(replica(stage)).toMatchObject({ PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } });
  });

  it.each([
    ['development', false, 'Delete'],
    ['staging', false, 'Delete'],
    ['production', true, 'Retain'],
  ] as const)('in %s has deletion protection %s and on removal: %s', (stage, isProtected, deletionPolicy) => {
    expect(replica(stage)).toMatchObject({ DeletionProtectionEnabled: isProtected });
    expect(only(resourcesOf({ stage }), TABLE_TYPE).DeletionPolicy).toBe(deletionPolicy);
  });

  it('is protected in any stage when it is to be retained', () => {
    const [only0] = replicas({ stage: 'development', removalPolicy: RemovalPolicy.RETAIN });
    expect(only0).toMatchObject({ DeletionProtectionEnabled: true });
  });

  it('has no name of its own, so that several instances stand side by side', () => {
    expect(table.Properties).not.toHaveProperty('TableName');
  });

  function replica(stage: 'development' | 'staging' | 'production'): unknown {
    return replicas({ stage })[0];
  }

  function replicas(props: Parameters<typeof resourcesOf>[0]): readonly unknown[] {
    return only(resourcesOf(props), TABLE_TYPE).Properties['Replicas'] as readonly unknown[];
  }
});
