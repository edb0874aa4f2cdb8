import { Stack, Validations } from 'aws-cdk-lib';
import { Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import type { Function } from 'aws-cdk-lib/aws-lambda';
import { ENVIRONMENT } from '../../shared/names/environment.ts';
import type { EnvironmentName } from '../../shared/names/environment.ts';
import { METRIC_NAMESPACE } from '../../shared/names/metrics.ts';
import type { ReadableSecret } from './clerk-secret.ts';
import type { UserTable } from './user-table.ts';

/** What a function may do to items of the table by key. */
export type ItemAction = 'GetItem' | 'UpdateItem';

/** Tells the function which table, and lets it do `actions` to items there: never a scan, never a delete. */
export function connectTable(lambda: Function, table: UserTable, actions: readonly ItemAction[]): void {
  lambda.addEnvironment(ENVIRONMENT.tableName, table.tableName);
  lambda.addToRolePolicy(
    new PolicyStatement({ actions: actions.map((action) => `dynamodb:${action}`), resources: [table.tableArn] }),
  );
}

/**
 * Lets the function put whole items, where their keys match: never a user, whom only updates may touch, so that what an
 * application keeps on the same item survives whatever a function does.
 * @param keys values of the partition key, or patterns with `*`
 */
export function allowPuts(lambda: Function, table: UserTable, keys: readonly string[]): void {
  lambda.addToRolePolicy(
    new PolicyStatement({
      actions: ['dynamodb:PutItem'],
      resources: [table.tableArn],
      conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': keys } },
    }),
  );
}

/** Lets the function query the table's index, whose name is the same everywhere. */
export function connectIndex(lambda: Function, table: UserTable): void {
  lambda.addToRolePolicy(new PolicyStatement({ actions: ['dynamodb:Query'], resources: [table.indexArn] }));
}

/** Tells the function where Clerk's keys are, and lets it read them. */
export function connectSecret(lambda: Function, secret: ReadableSecret): void {
  lambda.addEnvironment(ENVIRONMENT.secretArn, secret.secretArn);
  secret.grantRead(lambda);
}

/** Lets the function put metrics of this project's namespace; those in its log lines need no permission. */
export function connectMetrics(lambda: Function): void {
  const statement = new PolicyStatement({
    actions: ['cloudwatch:PutMetricData'],
    resources: ['*'],
    conditions: { StringEquals: { 'cloudwatch:namespace': METRIC_NAMESPACE } },
  });
  Validations.of(policyOf(lambda, 'PutMetrics', statement)).acknowledge({
    id: 'AwsSolutions-IAM5[Resource::*]',
    reason: 'PutMetricData knows no resources; the condition keeps it to the namespace of this project.',
  });
}

/**
 * Lets a durable function record and read its own executions, whose ARNs are below those of the function's versions.
 * @returns what must be in place before the function is invoked
 */
export function connectDurableExecutions(lambda: Function): Policy {
  const actions = ['lambda:CheckpointDurableExecution', 'lambda:GetDurableExecutionState'];
  const statement = new PolicyStatement({ actions, resources: [`${lambda.functionArn}:*`] });
  const policy = policyOf(lambda, 'DurableExecutions', statement);
  Validations.of(policy).acknowledge({
    id: `AwsSolutions-IAM5[Resource::<${logicalIdOf(lambda)}.Arn>:*]`,
    reason: 'Executions belong to versions of this one function; their names are known only when they run.',
  });
  return policy;
}

/**
 * A policy of its own for a statement, beside the role's default one: an acknowledged wildcard then covers nothing else, and
 * the statement may name the function, which waits for the default policy.
 */
function policyOf(lambda: Function, id: string, statement: PolicyStatement): Policy {
  const policy = new Policy(lambda, id, { statements: [statement] });
  if (lambda.role) policy.attachToRole(lambda.role);
  return policy;
}

function logicalIdOf(lambda: Function): string {
  const resource = lambda.node.defaultChild;
  return resource instanceof CfnFunction ? Stack.of(lambda).getLogicalId(resource) : '';
}

/** Sets plain configuration: values that are no secret and need no permission. */
export function configure(lambda: Function, values: Partial<Readonly<Record<EnvironmentName, string>>>): void {
  for (const [name, value] of Object.entries(values)) lambda.addEnvironment(name, value);
}
