import { Duration, Validations } from 'aws-cdk-lib';
import { Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping, FilterCriteria, FilterRule, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import type { Function } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { TABLE } from '../../shared/names/table.ts';
import { FailureQueue } from './failure-queue.ts';
import type { UserTable } from './user-table.ts';

export interface ChangeStreamProps {
  readonly table: UserTable;
  readonly lambda: Function;
}

/** Drives the function that settles conflicts of names by the changes of the table, and by no more of them than it needs. */
export class ChangeStream extends Construct {
  /** What was given up: shard and sequence numbers, no item. The next run resolves what it was about. */
  readonly failures: FailureQueue;

  constructor(scope: Construct, id: string, { table, lambda }: ChangeStreamProps) {
    super(scope, id);
    this.failures = new FailureQueue(this, 'Failures');
    const mapping = new EventSourceMapping(this, 'Mapping', {
      target: lambda,
      eventSourceArn: table.streamArn,
      // A deployment must not miss what changes while the mapping comes up, and what it sees again does no harm.
      startingPosition: StartingPosition.TRIM_HORIZON,
      // A name takes some 10 ms, and 10 s at the worst: ten of them end before the function's timeout.
      batchSize: 10,
      reportBatchItemFailures: true,
      bisectBatchOnError: true,
      // As often as it takes within the hour. Clerk may be down for longer: then a run resolves the rest, and later changes are
      // not held up for hours.
      maxRecordAge: Duration.hours(1),
      onFailure: { bind: () => ({ destination: this.failures.queueArn }) },
      filters: [isWaitedFor(), isFree()].map((pattern) => FilterCriteria.filter(pattern)),
    });
    // Lambda tries the stream when the mapping is made: the permission must be there by then.
    mapping.node.addDependency(readStream(lambda, table, this.failures));
  }
}

const NAME_KEY = {
  [TABLE.partitionKey]: { S: TABLE.reservation.prefixes.flatMap((prefix) => FilterRule.beginsWith(prefix)) },
};

/** A reservation on the list of conflicts. */
function isWaitedFor(): Record<string, unknown> {
  const image = { [TABLE.index.partitionKey]: { S: FilterRule.exists() } };
  return { eventName: ['INSERT', 'MODIFY'], dynamodb: { Keys: NAME_KEY, NewImage: image } };
}

/** A reservation without an owner. */
function isFree(): Record<string, unknown> {
  const image = { [TABLE.reservation.owner]: { S: FilterRule.notExists() } };
  return { eventName: ['INSERT', 'MODIFY'], dynamodb: { Keys: NAME_KEY, NewImage: image } };
}

/** What Lambda asks for on behalf of the function, and no more: the CDK's own grants let it ask for the queue's attributes too. */
function readStream(lambda: Function, table: UserTable, failures: FailureQueue): Policy {
  const actions = ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'];
  const policy = new Policy(lambda, 'ReadStream', {
    statements: [
      new PolicyStatement({ actions, resources: [table.streamArn] }),
      new PolicyStatement({ actions: ['dynamodb:ListStreams'], resources: ['*'] }),
      new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [failures.queueArn] }),
    ],
  });
  if (lambda.role) policy.attachToRole(lambda.role);
  Validations.of(policy).acknowledge({
    id: 'AwsSolutions-IAM5[Resource::*]',
    reason: 'Listing streams knows no resources, and Lambda refuses a mapping to a function that may not do it.',
  });
  return policy;
}
