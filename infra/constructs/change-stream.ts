import { Duration } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Policy } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping, FilterCriteria, FilterRule, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import type { EventSourceMappingProps, Function } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { TABLE } from '../../shared/names/table.ts';
import { FailureQueue } from './failure-queue.ts';
import { streamArnOf } from './user-table.ts';
import type { MirrorTable } from './user-table.ts';
import { allowByWildcard, policyOf } from './wildcards.ts';

export interface ChangeStreamProps {
  readonly table: MirrorTable;
  readonly lambda: Function;
}

/**
 * Drives the function of the changes by the table's stream, twice over: by the reservations that it must look at, and by the
 * users, of whom it tells the bus. Two mappings, so that a bus that does not answer holds up no conflict, and a Clerk that
 * does not answer no event. A shard of a stream has two readers at most: whoever else wants to know listens to the bus.
 */
export class ChangeStream extends Construct {
  /**
   * What was given up: shard and sequence numbers, no item. A name is resolved by the next run; an event can be told as long as
   * the stream has the change, a day.
   */
  readonly failures: FailureQueue;

  constructor(scope: Construct, id: string, { table, lambda }: ChangeStreamProps) {
    super(scope, id);
    this.failures = new FailureQueue(this, 'Failures');
    const policies = readStream(lambda, table, this.failures);
    const common = commonProps({ table, lambda }, this.failures);
    const mappings = [
      new EventSourceMapping(this, 'Mapping', {
        ...common,
        // A name takes some 10 ms, and 10 s at the worst: ten of them end before the function's timeout.
        batchSize: 10,
        // As often as it takes within the hour. Clerk may be down for longer: then a run resolves the rest, and later changes
        // are not held up for hours.
        maxRecordAge: Duration.hours(1),
        filters: [isWaitedFor(), isFree()].map((pattern) => FilterCriteria.filter(pattern)),
      }),
      new EventSourceMapping(this, 'EventMapping', {
        ...common,
        // Ten calls of the bus. What a second brings comes together: an import is not one invocation a user.
        batchSize: 100,
        maxBatchingWindow: Duration.seconds(1),
        // A bus that is away for a morning costs nobody an event; what is given up then is in the stream for 18 hours more.
        maxRecordAge: Duration.hours(6),
        filters: [FilterCriteria.filter(isUser())],
      }),
    ];
    // Lambda tries the stream when a mapping is made: the permissions must be there by then.
    for (const mapping of mappings) mapping.node.addDependency(...policies);
  }
}

function commonProps({ table, lambda }: ChangeStreamProps, failures: FailureQueue): EventSourceMappingProps {
  return {
    target: lambda,
    eventSourceArn: streamArnOf(table),
    // A deployment must not miss what changes while the mapping comes up, and what is seen again does no harm.
    startingPosition: StartingPosition.TRIM_HORIZON,
    reportBatchItemFailures: true,
    bisectBatchOnError: true,
    onFailure: { bind: () => ({ destination: failures.queueArn }) },
  };
}

/** A user that was written: no filter can tell which of its attributes. None is removed but tombstones whose time is over. */
function isUser(): Record<string, unknown> {
  const key = { [TABLE.partitionKey]: { S: FilterRule.beginsWith(TABLE.userPrefix) } };
  return { eventName: ['INSERT', 'MODIFY'], dynamodb: { Keys: key } };
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
function readStream(lambda: Function, table: MirrorTable, failures: FailureQueue): readonly Policy[] {
  const actions = ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'];
  const own = policyOf(lambda, 'ReadStream', [
    new PolicyStatement({ actions, resources: [streamArnOf(table)] }),
    new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [failures.queueArn] }),
  ]);
  return [own, allowByWildcard(lambda, 'ListStreams', 'listStreams')];
}
