import type { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, CfnFunction, Function, LoggingFormat, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { Code, DurableConfig, SystemLogLevel } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { allowByWildcard, wildcardPolicy } from './wildcards.ts';

/** The network of functions, with nothing left to decide. */
export interface FunctionNetwork {
  readonly vpc: IVpc;
  readonly vpcSubnets: SubnetSelection;
  readonly securityGroups: ISecurityGroup[];
}

/** What every function of one construct has in common. */
export interface FunctionSettings {
  readonly logRetention: RetentionDays;
  readonly systemLogLevel: SystemLogLevel;
  readonly removalPolicy: RemovalPolicy;
  /** Undefined: no VPC. */
  readonly network: FunctionNetwork | undefined;
  readonly tracing: boolean;
}

export interface NodeFunctionProps extends FunctionSettings {
  readonly description: string;
  readonly code: Code;
  readonly timeout: Duration;
  /** MB; the share of a processor follows it. */
  readonly memorySize: number;
  /** What is no configuration of the function's own code. */
  readonly environment?: Readonly<Record<string, string>>;
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
    const { logRetention, removalPolicy, systemLogLevel, network, tracing, ...functionProps } = props;
    const logGroup = new LogGroup(this, 'Logs', { retention: logRetention, removalPolicy });
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    this.lambda = new Function(this, 'Function', {
      ...functionProps,
      ...network,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      systemLogLevelV2: systemLogLevel,
    });
    if (network) this.#allowNetwork(role);
    if (tracing) this.#trace();
  }

  /** Lambda refuses to make a function in a VPC before its role may make network interfaces. */
  #allowNetwork(role: Role): void {
    const allow = wildcardPolicy(this, 'NetworkInterfaces', 'networkInterfaces', { role });
    this.lambda.node.addDependency(allow);
    allowByWildcard(this.lambda, 'NoNetworkInterfaces', 'noNetworkInterfaces', {
      ArnEquals: { 'lambda:SourceFunctionArn': this.lambda.functionArn },
    });
  }

  /** Not by the CDK's own prop, whose permission would come into the role's default policy without an explanation. */
  #trace(): void {
    const resource = this.lambda.node.defaultChild;
    if (!(resource instanceof CfnFunction)) throw new Error('The CDK no longer makes a function of one CfnFunction.');
    resource.tracingConfig = { mode: 'Active' };
    allowByWildcard(this.lambda, 'Traces', 'traces');
  }
}
