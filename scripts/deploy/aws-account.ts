import { CloudFormationClient, DescribeStacksCommand, GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import type { Stack } from '@aws-sdk/client-cloudformation';
import { paginateListSubscriptionsByTopic, SNSClient } from '@aws-sdk/client-sns';
import { inWords, PATIENCE, stackOutputs } from '../support/deployment.ts';
import type { AwsSettings } from '../support/deployment.ts';
import type { Account, DeployedStack } from './ports.ts';

/** What an address has for an ARN until whoever it belongs to has said yes. */
const PENDING = 'PendingConfirmation';

/** The account of the caller's credentials, as the AWS SDK finds them. */
export function awsAccount(aws: AwsSettings = {}): Account {
  return {
    stack: (name) => inWords('cloudformation:GetTemplate', name, () => deployedStack(name, aws)),
    outputs: (name) => stackOutputs(name, aws),
    subscribers: (topicArn) => inWords('sns:ListSubscriptionsByTopic', topicArn, () => subscribers(topicArn, aws)),
  };
}

async function deployedStack(name: string, aws: AwsSettings): Promise<DeployedStack | undefined> {
  const client = new CloudFormationClient({ ...PATIENCE, ...aws });
  try {
    const stack = await described(client, name);
    // One that is only in review was never made; a deleted one is not found by its name.
    if (!stack || stack.StackStatus === 'REVIEW_IN_PROGRESS') return undefined;
    const { TemplateBody } = await client.send(new GetTemplateCommand({ StackName: name, TemplateStage: 'Original' }));
    const template: unknown = JSON.parse(TemplateBody ?? '{}');
    return { template, isProtected: stack.EnableTerminationProtection ?? false };
  } finally {
    client.destroy();
  }
}

async function described(client: CloudFormationClient, StackName: string): Promise<Stack | undefined> {
  try {
    const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName }));
    return stack;
  } catch (error) {
    if (error instanceof Error && error.message.includes('does not exist')) return undefined;
    throw error;
  }
}

async function subscribers(TopicArn: string, aws: AwsSettings): Promise<number> {
  const client = new SNSClient({ ...PATIENCE, ...aws });
  try {
    let count = 0;
    for await (const { Subscriptions = [] } of paginateListSubscriptionsByTopic({ client }, { TopicArn })) {
      count += Subscriptions.filter(({ SubscriptionArn }) => SubscriptionArn !== PENDING).length;
    }
    return count;
  } finally {
    client.destroy();
  }
}
