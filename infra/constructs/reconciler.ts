import { Annotations, Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { Alias, Code, Function } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { LIVE } from './canary.ts';
import { connectDurableExecutions } from './connections.ts';
import { FailureQueue } from './failure-queue.ts';
import { ONE_ARENA } from './memory-sizes.ts';
import { NodeFunction } from './node-function.ts';
import type { FunctionSettings } from './node-function.ts';

interface ReconcilerSize {
  readonly code: Code;
  /** MB. */
  readonly memorySize: number;
}

/**
 * The reconciler: a durable function with the alias it is invoked through, and a queue for runs that came to nothing.
 * It is durable from its first deployment, because Lambda cannot make a function durable later without replacing it.
 */
export class Reconciler extends Construct {
  readonly lambda: Function;
  readonly alias: Alias;
  /** Start events that were not delivered, and those of executions that failed: Lambda does not retry a durable one. */
  readonly failures: FailureQueue;

  constructor(scope: Construct, id: string, props: FunctionSettings & ReconcilerSize) {
    super(scope, id);
    this.failures = new FailureQueue(this, 'Failures');
    this.lambda = new NodeFunction(this, 'Run', {
      ...props,
      description: 'Compares every Clerk user with the table and repairs what differs',
      environment: ONE_ARENA,
      // One invocation of many: the run yields well before and goes on in the next one.
      timeout: Duration.seconds(120),
      // A first import of millions of users takes hours; the next night's run must not find one that never ends.
      durableConfig: { executionTimeout: Duration.hours(24), retentionPeriod: Duration.days(7) },
      deadLetterQueue: this.failures,
    }).lambda;
    // The CDK warns that a function made durable later is replaced; this one has been from the start.
    Annotations.of(this.lambda).acknowledgeInfo('aws-lambda:Function.DurableConfig');
    const executions = connectDurableExecutions(this.lambda);
    this.alias = this.#liveAlias();
    this.alias.node.addDependency(executions);
  }

  #liveAlias(): Alias {
    // A run in flight goes on with the version it began with, so a deployment must leave that version in place.
    this.lambda.currentVersion.applyRemovalPolicy(RemovalPolicy.RETAIN);
    return this.lambda.addAlias(LIVE);
  }
}
