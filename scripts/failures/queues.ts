import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { Message } from '@aws-sdk/client-sqs';
import type { StackResource } from '../support/deployment.ts';
import { PATIENCE, stackOutputs, stackResources } from '../support/deployment.ts';
import type { Place } from '../support/place.ts';
import type { Failure } from './failure.ts';
import { parseFailure } from './failure.ts';

/** The failure queues of a stack, and what belongs to the stack. */
export interface FailureQueues {
  readonly place: Place;
  readonly outputs: Readonly<Record<string, string>>;
  readonly resources: readonly StackResource[];
  /** All that waits, whole before anything is done with it: what comes to nothing again ends here again. Meanwhile it is hidden. */
  failures(): Promise<readonly Failure[]>;
  remove(failure: Failure): Promise<void>;
  /** Shows again what was not taken out. */
  close(): Promise<void>;
}

/** As the construct calls them, wherever in a stack it stands. */
const FAILURE_QUEUE = /(?:Changes|Stream|Reconciler)Failures[0-9A-F]{8}$/;

/** For as long as a message is worked on; a long retry takes minutes. */
const HIDDEN_SECONDS = 600;
/** SQS looks into all of its servers only for one who waits. */
const WAIT_SECONDS = 2;

/** @throws Error that says what to do where the stack or its queues cannot be seen */
export async function openFailureQueues(place: Place): Promise<FailureQueues> {
  const { stackName, aws } = place;
  const [outputs, resources] = [await stackOutputs(stackName, aws), await stackResources(stackName, aws)];
  const urls = resources
    .filter(({ type, logicalId }) => type === 'AWS::SQS::Queue' && FAILURE_QUEUE.test(logicalId))
    .map(({ physicalId }) => physicalId);
  if (urls.length === 0) throw new Error(`The stack ${stackName} has no failure queue: deploy it with this version.`);
  // A queue's URL says where it is on AWS, also where another endpoint is meant.
  const client = new SQSClient({ ...PATIENCE, ...aws, useQueueUrlAsEndpoint: false });
  return { place, outputs, resources, ...messagesIn(urls, client) };
}

function messagesIn(urls: readonly string[], client: SQSClient): Pick<FailureQueues, 'failures' | 'remove' | 'close'> {
  const hidden = new Map<string, Failure>();
  let looking: Promise<void> | undefined;
  let isClosing = false;
  const look = async (): Promise<void> => {
    for (const url of urls) {
      for await (const some of waiting(client, url)) {
        for (const failure of some) hidden.set(failure.id, failure);
        if (isClosing) return;
      }
    }
  };
  return {
    async failures() {
      looking = look();
      await looking;
      return [...hidden.values()];
    },
    async remove({ id, queueUrl: QueueUrl, receipt: ReceiptHandle }) {
      await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      hidden.delete(id);
    },
    async close() {
      isClosing = true;
      // What is on its way to here is hidden, too.
      await looking?.catch(() => undefined);
      await Promise.all([...hidden.values()].map((failure) => release(client, failure)));
      hidden.clear();
      client.destroy();
    },
  };
}

async function* waiting(client: SQSClient, url: string): AsyncGenerator<readonly Failure[]> {
  for (let some = await receive(client, url); some.length > 0; some = await receive(client, url)) yield some;
}

async function receive(client: SQSClient, queueUrl: string): Promise<Failure[]> {
  const command = new ReceiveMessageCommand({
    QueueUrl: queueUrl,
    MaxNumberOfMessages: 10,
    VisibilityTimeout: HIDDEN_SECONDS,
    WaitTimeSeconds: WAIT_SECONDS,
    MessageSystemAttributeNames: ['SentTimestamp'],
  });
  const { Messages = [] } = await client.send(command);
  return Messages.map((message) => failureOf(message, queueUrl));
}

function failureOf({ MessageId = '', ReceiptHandle = '', Body = '', Attributes }: Message, queueUrl: string): Failure {
  const sentAt = new Date(Number(Attributes?.SentTimestamp ?? 0)).toISOString();
  return { id: MessageId, sentAt, queueUrl, receipt: ReceiptHandle, ...parseFailure(Body) };
}

/** Where it cannot be said, it shows itself again in ten minutes. */
async function release(client: SQSClient, { queueUrl, receipt }: Failure): Promise<void> {
  const command = new ChangeMessageVisibilityCommand({
    QueueUrl: queueUrl,
    ReceiptHandle: receipt,
    VisibilityTimeout: 0,
  });
  await client.send(command).catch(() => undefined);
}
