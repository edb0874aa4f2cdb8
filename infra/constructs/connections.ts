import { Stack } from 'aws-cdk-lib';
import type { IEventBusRef } from 'aws-cdk-lib/aws-events';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Policy } from 'aws-cdk-lib/aws-iam';
import type { Alias, Function } from 'aws-cdk-lib/aws-lambda';
import { ENVIRONMENT } from '../../shared/names/environment.ts';
import type { EnvironmentName } from '../../shared/names/environment.ts';
import { METRIC_NAMESPACE } from '../../shared/names/metrics.ts';
import type { ReadableSecret } from './clerk-secret.ts';
import { allowByWildcard, WILDCARDS } from './wildcards.ts';

/**
 * Tells the function where Clerk's keys are, and lets it read them. The CDK's `grantRead` would also let it read the
 * secret's description, for which it has no use, and would forget the key that encrypts the secret if that is an imported one.
 */
export function connectSecret(lambda: Function, secret: ReadableSecret): void {
  lambda.addEnvironment(ENVIRONMENT.secretArn, secret.secretArn);
  const resource = secret.secretFullArn ?? `${secret.secretArn}${WILDCARDS.namedSecret.resource}`;
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
  allowByWildcard(lambda, 'PutMetrics', 'putMetrics', {
    StringEquals: { 'cloudwatch:namespace': METRIC_NAMESPACE },
  });
}

/** Lets the function read metrics, whoever's they are: of all that IAM knows of CloudWatch, the namespace binds only those who put. */
export function connectMeasures(lambda: Function): void {
  allowByWildcard(lambda, 'ReadMetrics', 'readMetrics');
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
  return allowByWildcard(lambda, 'DurableExecutions', 'durableExecutions');
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
