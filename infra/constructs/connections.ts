import { Stack, Validations } from 'aws-cdk-lib';
import type { IEventBusRef } from 'aws-cdk-lib/aws-events';
import { Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import type { Alias, Function } from 'aws-cdk-lib/aws-lambda';
import { ENVIRONMENT } from '../../shared/names/environment.ts';
import type { EnvironmentName } from '../../shared/names/environment.ts';
import { METRIC_NAMESPACE } from '../../shared/names/metrics.ts';
import type { ReadableSecret } from './clerk-secret.ts';

/**
 * Tells the function where Clerk's keys are, and lets it read them. The CDK's `grantRead` would also let it read the
 * secret's description, for which it has no use, and would forget the key that encrypts the secret if that is an imported one.
 */
export function connectSecret(lambda: Function, secret: ReadableSecret): void {
  lambda.addEnvironment(ENVIRONMENT.secretArn, secret.secretArn);
  const resource = secret.secretFullArn ?? `${secret.secretArn}-??????`;
  lambda.addToRolePolicy(new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [resource] }));
  if (secret.encryptionKey) allowDecryption(lambda, secret.encryptionKey.keyArn);
}

/** Lets the function decrypt with the key when Secrets Manager asks in its name, and not by itself. */
function allowDecryption(lambda: Function, keyArn: string): void {
  const service = `secretsmanager.${Stack.of(lambda).region}.amazonaws.com`;
  lambda.addToRolePolicy(
    new PolicyStatement({
      actions: ['kms:Decrypt'],
      resources: [keyArn],
      conditions: { StringEquals: { 'kms:ViaService': service } },
    }),
  );
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

/** Lets the function read metrics, whoever's they are: of all that IAM knows of CloudWatch, the namespace binds only those who put. */
export function connectMeasures(lambda: Function): void {
  const statement = new PolicyStatement({ actions: ['cloudwatch:GetMetricData'], resources: ['*'] });
  Validations.of(policyOf(lambda, 'ReadMetrics', statement)).acknowledge({
    id: 'AwsSolutions-IAM5[Resource::*]',
    reason:
      'GetMetricData knows neither resources nor the condition on the namespace. What it gives is numbers, and the ' +
      'function asks for names that it was deployed with.',
  });
}

/** Tells the function which bus, and lets it put events on it. */
export function connectBus(lambda: Function, bus: IEventBusRef): void {
  lambda.addEnvironment(ENVIRONMENT.eventBus, bus.eventBusRef.eventBusArn);
  lambda.addToRolePolicy(
    new PolicyStatement({ actions: ['events:PutEvents'], resources: [bus.eventBusRef.eventBusArn] }),
  );
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

/** Tells the function which reconciler, and lets it start that one's runs: through the alias that the schedule uses, too. */
export function connectReconciler(lambda: Function, alias: Alias): void {
  lambda.addEnvironment(ENVIRONMENT.reconcilerArn, alias.functionArn);
  lambda.addToRolePolicy(new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [alias.functionArn] }));
}

/** Sets plain configuration: values that are no secret and need no permission. */
export function configure(lambda: Function, values: Partial<Readonly<Record<EnvironmentName, string>>>): void {
  for (const [name, value] of Object.entries(values)) lambda.addEnvironment(name, value);
}
