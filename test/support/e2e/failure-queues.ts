import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { LocalStack } from '../../../infra/local/local-stack.ts';
import { stackResources } from '../../../scripts/support/deployment.ts';

/** Puts into the reconciler's failure queue what a schedule, or Lambda, puts there: the event. @returns the message's id */
export async function giveUp({ cloud }: LocalStack, event: object): Promise<string> {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const aws = { endpoint: cloud.servicesUrl, region: cloud.region, credentials };
  const resources = await stackResources('clerk-sync-production', aws);
  const queue = resources.find(({ logicalId }) => logicalId.includes('ReconcilerFailures'));
  const client = new SQSClient({ ...aws, useQueueUrlAsEndpoint: false });
  const MessageBody = JSON.stringify(event);
  const { MessageId = '' } = await client.send(new SendMessageCommand({ QueueUrl: queue?.physicalId, MessageBody }));
  client.destroy();
  return MessageId;
}
