import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
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
const LIMITS = { maxAttempts: 3, requestHandler: { connectionTimeout: 3_000, requestTimeout: 10_000 } };

/** The output of the stack by which everything else is found. */
const OUTPUT = 'ReconcilerName';

/**
 * Finds out what a deployed reconciler works with: its own environment says it, so that a command started by hand does exactly
 * what the schedule would. Region and credentials are the caller's, as the AWS SDK finds them.
 *
 * @param stackName of a CloudFormation stack with the output `ReconcilerName`
 * @throws Error that says what is missing and what to do: credentials, region, stack, output or permission
 */
export async function findDeployment(stackName: string, time: { clock: Clock; timers: Timers }): Promise<Deployment> {
  const reconciler = await inWords('cloudformation:DescribeStacks', stackName, () => reconcilerOf(stackName));
  const variables = await inWords('lambda:GetFunctionConfiguration', stackName, () => variablesOf(reconciler));
  const config = parseReconcilerConfig(variables);
  return { ...config, secretKey: pick(clerkSecrets(config.secrets, time), (secrets) => secrets.secretKey) };
}

async function reconcilerOf(stackName: string): Promise<string> {
  const client = new CloudFormationClient(LIMITS);
  try {
    const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName: stackName }));
    const output = stack?.Outputs?.find(({ OutputKey }) => OutputKey === OUTPUT)?.OutputValue;
    if (output !== undefined) return output;
  } finally {
    client.destroy();
  }
  throw new Error(
    `The stack ${stackName} has no output ${OUTPUT}. Deploy it with this version of the project; in a stack of your own, ` +
      `add: new CfnOutput(this, '${OUTPUT}', { value: sync.functions.reconciler.functionName }).`,
  );
}

async function variablesOf(functionName: string): Promise<Record<string, string>> {
  const client = new LambdaClient(LIMITS);
  try {
    const { Environment } = await client.send(new GetFunctionConfigurationCommand({ FunctionName: functionName }));
    return Environment?.Variables ?? {};
  } finally {
    client.destroy();
  }
}

/** AWS's errors name what went wrong, and not what the one at the keyboard can do about it. */
async function inWords<T>(permission: string, stackName: string, call: () => Promise<T>): Promise<T> {
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
