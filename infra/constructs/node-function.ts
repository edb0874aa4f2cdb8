import type { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Function, LoggingFormat, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { Code, DurableConfig, SystemLogLevel } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

/** What every function of one construct has in common. */
export interface LogSettings {
  readonly logRetention: RetentionDays;
  readonly systemLogLevel: SystemLogLevel;
  readonly removalPolicy: RemovalPolicy;
}

export interface NodeFunctionProps extends LogSettings {
  readonly description: string;
  readonly code: Code;
  readonly timeout: Duration;
  /** MB; the share of a processor follows it. */
  readonly memorySize: number;
  readonly reservedConcurrentExecutions?: number;
  readonly durableConfig?: DurableConfig;
  readonly deadLetterQueue?: IQueue;
}

/**
 * A Lambda function on Node.js 24 (arm64) with a log group of its own and a role that, to begin with, may write to that
 * log group and do nothing else: AWS's managed policy would let it write to every log group of the account.
 */
export class NodeFunction extends Construct {
  readonly lambda: Function;

  constructor(scope: Construct, id: string, props: NodeFunctionProps) {
    super(scope, id);
    const { logRetention, removalPolicy, systemLogLevel, ...functionProps } = props;
    const logGroup = new LogGroup(this, 'Logs', { retention: logRetention, removalPolicy });
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    this.lambda = new Function(this, 'Function', {
      ...functionProps,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      systemLogLevelV2: systemLogLevel,
    });
  }
}
