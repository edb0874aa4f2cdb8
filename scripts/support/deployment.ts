import {
  CloudFormationClient,
  DescribeStacksCommand,
  paginateListStackResources,
} from '@aws-sdk/client-cloudformation';
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { FunctionConfiguration } from '@aws-sdk/client-lambda';
import { clerkSecrets } from '../../functions/wiring/clerk-secrets.ts';
import { pick } from '../../shared/adapters/secrets/secrets.ts';
import type { Rereadable } from '../../shared/adapters/secrets/secrets.ts';
import type { ReconcilerConfig } from '../../shared/config/config.ts';
import { parseReconcilerConfig } from '../../shared/config/config.ts';
import type { Clock, Timers } from '../../shared/ports/time.ts';

/** What a deployed reconciler works with. */
export interface Deployment extends ReconcilerConfig {
  readonly secretKey: Rereadable<string>;
}

/** A person waits: a network that swallows packets must not keep her for the SDK's two minutes. */
export const PATIENCE = { maxAttempts: 3, requestHandler: { connectionTimeout: 3_000, requestTimeout: 10_000 } };

/** Where AWS is and who calls it; what is left out the SDK finds as it always does. */
export interface AwsSettings {
  readonly endpoint?: string;
  readonly region?: string;
  readonly profile?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

export interface StackResource {
  readonly type: string;
  /** Ends with eight characters that the CDK has made of the resource's path. */
  readonly logicalId: string;
  readonly physicalId: string;
}

/** Outputs of the stack by which everything else is found, and the functions they name. */
const OUTPUTS = { ReconcilerName: 'reconciler', AuthorizerName: 'authorizer' } as const;

/**
 * Finds out what a deployed reconciler works with: its own environment says it, so that a command started by hand does exactly
 * what the schedule would. Region and credentials are the caller's, as the AWS SDK finds them.
 *
 * @param stackName of a CloudFormation stack with the output `ReconcilerName`
 * @throws Error that says what is missing and what to do: credentials, region, stack, output or permission
 */
export async function findDeployment(stackName: string, time: { clock: Clock; timers: Timers }): Promise<Deployment> {
  const outputs = await stackOutputs(stackName);
  const variables = await variablesOf(functionIn(outputs, 'ReconcilerName', stackName), stackName);
  const config = parseReconcilerConfig(variables);
  return { ...config, secretKey: pick(clerkSecrets(config.secrets, time), (secrets) => secrets.secretKey) };
}

/** @throws Error that says what to do where the stack cannot be seen */
export async function stackOutputs(
  stackName: string,
  aws: AwsSettings = {},
): Promise<Readonly<Record<string, string>>> {
  const client = new CloudFormationClient({ ...PATIENCE, ...aws });
  const command = new DescribeStacksCommand({ StackName: stackName });
  const { Stacks: [stack] = [] } = await inWords('cloudformation:DescribeStacks', stackName, () =>
    client.send(command),
  ).finally(() => client.destroy());
  const pairs = (stack?.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue] as const);
  return Object.fromEntries(pairs);
}

/** @throws Error that says what to do where they cannot be seen */
export async function stackResources(stackName: string, aws: AwsSettings = {}): Promise<readonly StackResource[]> {
  const client = new CloudFormationClient({ ...PATIENCE, ...aws });
  const resources: StackResource[] = [];
  try {
    const pages = paginateListStackResources({ client }, { StackName: stackName });
    await inWords('cloudformation:ListStackResources', stackName, async () => {
      for await (const { StackResourceSummaries: summaries = [] } of pages) {
        for (const { ResourceType: type = '', LogicalResourceId: logicalId = '', PhysicalResourceId } of summaries)
          resources.push({ type, logicalId, physicalId: PhysicalResourceId ?? '' });
      }
    });
  } finally {
    client.destroy();
  }
  return resources;
}

/**
 * The name of a function by the stack's outputs.
 * @throws Error that says how to add the output
 */
export function functionIn(
  outputs: Readonly<Record<string, string>>,
  output: keyof typeof OUTPUTS,
  stackName: string,
): string {
  const name = outputs[output];
  if (name !== undefined) return name;
  throw new Error(
    `The stack ${stackName} has no output ${output}. Deploy it with this version of the project; in a stack of your own, ` +
      `add: new CfnOutput(this, '${output}', { value: sync.functions.${OUTPUTS[output]}.functionName }).`,
  );
}

/** The environment of a function. @throws Error that says what to do where it cannot be seen */
export async function variablesOf(
  functionName: string,
  stackName: string,
  aws: AwsSettings = {},
): Promise<Record<string, string>> {
  return (await configurationOf(functionName, stackName, aws)).Environment?.Variables ?? {};
}

/** What Lambda says of a function. @throws Error that says what to do where it cannot be seen */
export async function configurationOf(
  functionName: string,
  stackName: string,
  aws: AwsSettings = {},
): Promise<FunctionConfiguration> {
  const client = new LambdaClient({ ...PATIENCE, ...aws });
  const command = new GetFunctionConfigurationCommand({ FunctionName: functionName });
  return inWords('lambda:GetFunctionConfiguration', stackName, () => client.send(command)).finally(() =>
    client.destroy(),
  );
}

/** AWS's errors name what went wrong, and not what the one at the keyboard can do about it. */
export async function inWords<T>(permission: string, stackName: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    const said = cause instanceof Error ? adviceFor(cause, permission, stackName) : undefined;
    throw said === undefined ? cause : new Error(said, { cause });
  }
}

function adviceFor({ name, message }: Error, permission: string, stackName: string): string | undefined {
  if (name === 'CredentialsProviderError') {
    return 'There are no AWS credentials here: set AWS_PROFILE, or sign in with `aws sso login`.';
  }
  if (message.startsWith('Region is missing')) return `Say in which region ${stackName} is: set AWS_REGION.`;
  if (/^(ExpiredToken|UnrecognizedClient|InvalidClientTokenId)/.test(name)) {
    return `AWS does not accept these credentials (${name}): sign in again.`;
  }
  if (name.startsWith('AccessDenied')) return `These credentials lack the permission ${permission}.`;
  if (message.includes('does not exist')) return `There is no stack ${stackName} in this account and region.`;
  return undefined;
}
