import { Stack, Validations } from 'aws-cdk-lib';
import { Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IRole, PolicyStatementProps } from 'aws-cdk-lib/aws-iam';
import { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import type { Function } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';

/** A statement that names actions or resources by a pattern, and why it cannot name them one by one. */
export interface Wildcard {
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly string[];
  /** What stands for the resource: `*`, the end of an ARN that has the one resource before it, or a resource without pattern. */
  readonly resource: '*' | ':*' | '-??????' | 'named';
  readonly reason: string;
}

/** What Lambda does in a function's name where that runs in a VPC, as AWS documents it. */
export const NETWORK_INTERFACE_ACTIONS = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
] as const;

/**
 * Every wildcard that a template of this project may have, each with its reason: there is no other place to explain one, and
 * `test/infra/wildcards.test.ts` finds those that are not here, and those here that nothing has.
 */
export const WILDCARDS = {
  putMetrics: {
    effect: 'Allow',
    actions: ['cloudwatch:PutMetricData'],
    resource: '*',
    reason: 'PutMetricData knows no resources; the condition keeps it to the namespace of this project.',
  },
  readMetrics: {
    effect: 'Allow',
    actions: ['cloudwatch:GetMetricData'],
    resource: '*',
    reason:
      'GetMetricData knows neither resources nor the condition on the namespace. What it gives is numbers, and the ' +
      'function asks for names that it was deployed with.',
  },
  listStreams: {
    effect: 'Allow',
    actions: ['dynamodb:ListStreams'],
    resource: '*',
    reason: 'Listing streams knows no resources, and Lambda refuses a mapping to a function that may not do it.',
  },
  durableExecutions: {
    effect: 'Allow',
    actions: ['lambda:CheckpointDurableExecution', 'lambda:GetDurableExecutionState'],
    resource: ':*',
    reason: 'Executions belong to versions of this one function; their names are known only when they run.',
  },
  watchAlarms: {
    effect: 'Allow',
    actions: ['cloudwatch:DescribeAlarms'],
    resource: '*',
    reason:
      'CodeDeploy asks for the alarms of a deployment in a way that AWS documents for all alarms only. It reads their states, and ' +
      'changes none.',
  },
  networkInterfaces: {
    effect: 'Allow',
    actions: NETWORK_INTERFACE_ACTIONS,
    resource: '*',
    reason:
      'Lambda makes network interfaces before anything about them is known that a policy could name. The code of the function ' +
      'itself is refused the same actions.',
  },
  noNetworkInterfaces: {
    effect: 'Deny',
    actions: NETWORK_INTERFACE_ACTIONS,
    resource: '*',
    reason: "Refuses the function's own code what only Lambda needs to do in its name: it allows nothing.",
  },
  traces: {
    effect: 'Allow',
    actions: ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'],
    resource: '*',
    reason: 'X-Ray knows no resources for what is sent to it, and gives nothing back.',
  },
  namedSecret: {
    effect: 'Allow',
    actions: ['secretsmanager:GetSecretValue'],
    resource: '-??????',
    reason:
      'The secret was imported by its name alone, and Secrets Manager ends an ARN with six characters of its own. Import it by ' +
      'its whole ARN, and the policy names it.',
  },
  refusePlainQueue: {
    effect: 'Deny',
    actions: ['sqs:*'],
    resource: 'named',
    reason: 'Refuses whatever is sent to the queue without TLS, whoever sends it: it allows nothing.',
  },
} as const satisfies Readonly<Record<string, Wildcard>>;

/** Those that a policy of a role is made for. */
type OnRole = Exclude<keyof typeof WILDCARDS, 'namedSecret' | 'refusePlainQueue'>;

export interface WildcardPolicyProps {
  readonly role: IRole;
  /** What narrows it down. */
  readonly conditions?: PolicyStatementProps['conditions'];
  /** Whose ARN stands before the pattern; nobody's where that is `*`. */
  readonly lambda?: Function;
}

/**
 * A policy with a statement that a wildcard is needed for, and with nothing else: what is explained covers no other.
 *
 * @param name which of `WILDCARDS`
 */
export function wildcardPolicy(
  scope: Construct,
  id: string,
  name: OnRole,
  { role, conditions = {}, lambda }: WildcardPolicyProps,
): Policy {
  const { effect, actions, resource, reason } = WILDCARDS[name];
  const own = resource === '*' ? undefined : lambda;
  const statement = PolicyStatement.fromJson({
    Effect: effect,
    Action: actions,
    Resource: own ? `${own.functionArn}${resource}` : '*',
    ...(Object.keys(conditions).length > 0 && { Condition: conditions }),
  });
  const policy = new Policy(scope, id, { statements: [statement], roles: [role] });
  const found = own ? `<${logicalIdOf(own)}.Arn>${resource}` : '*';
  Validations.of(policy).acknowledge({ id: `AwsSolutions-IAM5[Resource::${found}]`, reason });
  return policy;
}

/**
 * Lets the function do what a wildcard is needed for, in a policy beside the role's default one: the statement may then name the
 * function, which waits for the default policy.
 */
export function allowByWildcard(
  lambda: Function,
  id: string,
  name: OnRole,
  conditions: PolicyStatementProps['conditions'] = {},
): Policy {
  return wildcardPolicy(lambda, id, name, { role: roleOf(lambda), conditions, lambda });
}

/** A policy of its own on the function's role. */
export function policyOf(lambda: Function, id: string, statements: PolicyStatement[]): Policy {
  return new Policy(lambda, id, { statements, roles: [roleOf(lambda)] });
}

function roleOf(lambda: Function): IRole {
  if (!lambda.role)
    throw new Error(`${lambda.node.path} has no role: only functions of this app are given permissions.`);
  return lambda.role;
}

function logicalIdOf(lambda: Function): string {
  const resource = lambda.node.defaultChild;
  return resource instanceof CfnFunction ? Stack.of(lambda).getLogicalId(resource) : '';
}
