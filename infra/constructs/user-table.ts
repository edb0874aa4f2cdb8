import { RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  Billing,
  ProjectionType,
  StreamViewType,
  TableEncryptionV2,
  TableV2,
} from 'aws-cdk-lib/aws-dynamodb';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { TABLE } from '../../shared/names/table.ts';
import { SettingError } from './setting-error.ts';

/** A table that the mirror can be in. The class stands beside its interface for those who compile with exact optional properties. */
export type MirrorTable = ITable | TableV2;

export interface UserTableProps {
  /**
   * What becomes of it when it leaves its stack; all but `DESTROY` also protects it from deletion.
   * @default - retained
   */
  readonly removalPolicy?: RemovalPolicy;
  /** @default - the key that AWS manages for the account */
  readonly encryptionKey?: IKey | undefined;
}

/**
 * The one table: users, reservations, runs and what else the mirror keeps.
 * Point-in-time recovery and the stream are on in every stage: a mirror that has been damaged must be provable.
 */
export class UserTable extends TableV2 {
  constructor(scope: Construct, id: string, props: UserTableProps = {}) {
    const { removalPolicy = RemovalPolicy.RETAIN, encryptionKey } = props;
    super(scope, id, {
      partitionKey: { name: TABLE.partitionKey, type: AttributeType.STRING },
      billing: Billing.onDemand(),
      timeToLiveAttribute: TABLE.timeToLive,
      dynamoStream: StreamViewType.NEW_AND_OLD_IMAGES,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      // The key AWS manages for the account: its use is in CloudTrail, and callers need no permission of their own.
      encryption: encryptionKey
        ? TableEncryptionV2.customerManagedKey(encryptionKey)
        : TableEncryptionV2.awsManagedKey(),
      removalPolicy,
      deletionProtection: removalPolicy !== RemovalPolicy.DESTROY,
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
}

/**
 * ARN of the stream, which is on in every stage.
 * @throws SettingError for a table of yours that has none
 */
export function streamArnOf({ tableStreamArn }: MirrorTable): string {
  if (tableStreamArn !== undefined) return tableStreamArn;
  throw new SettingError(
    'table has no stream that is known. Make it with UserTable, turn its stream on with new and old images, or pass ' +
      'tableStreamArn to TableV2.fromTableAttributes.',
  );
}

/** ARN of the one index, without a wildcard. */
export function indexArnOf({ tableArn }: MirrorTable): string {
  return `${tableArn}/index/${TABLE.index.name}`;
}
