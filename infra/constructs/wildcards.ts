import { Stack, Validations } from 'aws-cdk-lib';
import { Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { PolicyStatementProps } from 'aws-cdk-lib/aws-iam';
import { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import type { Function } from 'aws-cdk-lib/aws-lambda';

/** A statement that names actions or resources by a pattern, and why it cannot name them one by one. */
export interface Wildcard {
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly string[];
  /** What stands for the resource: `*`, or the end of an ARN that has the one resource before it. */
  readonly resource: '*' | ':*' | '-??????' | 'none';
  readonly reason: string;
}

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
    resource: 'none',
    reason: 'Refuses whatever is sent to the queue without TLS, whoever sends it: it allows nothing.',
  },
} as const satisfies Readonly<Record<string, Wildcard>>;

/**
 * Lets the function do what a wildcard is needed for, in a policy of its own beside the role's default one: what is explained
 * then covers nothing else, and the statement may name the function, which waits for the default policy.
 *
 * @param name which of `WILDCARDS`; one with its own ARN before the pattern is about the function itself
 * @param conditions what narrows it down
 */
export function allowByWildcard(
  lambda: Function,
  id: string,
  name: Exclude<keyof typeof WILDCARDS, 'namedSecret' | 'refusePlainQueue'>,
  conditions: PolicyStatementProps['conditions'] = {},
): Policy {
  const { actions, resource, reason } = WILDCARDS[name];
  const isAnything = resource === '*';
  const statement = new PolicyStatement({
    actions: [...actions],
    resources: [isAnything ? '*' : `${lambda.functionArn}${resource}`],
    conditions,
  });
  const policy = policyOf(lambda, id, [statement]);
  const found = isAnything ? '*' : `<${logicalIdOf(lambda)}.Arn>${resource}`;
  Validations.of(policy).acknowledge({ id: `AwsSolutions-IAM5[Resource::${found}]`, reason });
  return policy;
}

/** A policy of its own on the function's role. */
export function policyOf(lambda: Function, id: string, statements: PolicyStatement[]): Policy {
  const policy = new Policy(lambda, id, { statements });
  if (lambda.role) policy.attachToRole(lambda.role);
  return policy;
}

function logicalIdOf(lambda: Function): string {
  const resource = lambda.node.defaultChild;
  return resource instanceof CfnFunction ? Stack.of(lambda).getLogicalId(resource) : '';
}
