import { RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  Billing,
  ProjectionType,
  StreamViewType,
  TableEncryptionV2,
  TableV2,
} from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import { TABLE } from '../../shared/names/table.ts';

/**
 * The one table: users, reservations, runs and what else the mirror keeps.
 * Point-in-time recovery and the stream are on in every stage: a mirror that has been damaged must be provable.
 */
export class UserTable extends TableV2 {
  constructor(scope: Construct, id: string, props: { readonly removalPolicy: RemovalPolicy }) {
    super(scope, id, {
      partitionKey: { name: TABLE.partitionKey, type: AttributeType.STRING },
      billing: Billing.onDemand(),
      timeToLiveAttribute: TABLE.timeToLive,
      dynamoStream: StreamViewType.NEW_AND_OLD_IMAGES,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      // The key AWS manages for the account: its use is in CloudTrail, and callers need no permission of their own.
      encryption: TableEncryptionV2.awsManagedKey(),
      removalPolicy: props.removalPolicy,
      deletionProtection: props.removalPolicy !== RemovalPolicy.DESTROY,
      globalSecondaryIndexes: [
        {
          indexName: TABLE.index.name,
          partitionKey: { name: TABLE.index.partitionKey, type: AttributeType.STRING },
          sortKey: { name: TABLE.index.sortKey, type: AttributeType.STRING },
          projectionType: ProjectionType.INCLUDE,
          nonKeyAttributes: [...TABLE.index.projected],
        },
      ],
    });
  }

  /** ARN of the stream, which is on in every stage. */
  get streamArn(): string {
    if (this.tableStreamArn === undefined) throw new Error('The table has been made without its stream.');
    return this.tableStreamArn;
  }

  /** ARN of the one index, without a wildcard. */
  get indexArn(): string {
    return `${this.tableArn}/index/${TABLE.index.name}`;
  }
}
