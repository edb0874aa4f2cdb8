import { createHash } from 'node:crypto';
import { asNumber, asText, parseJson } from '../json.ts';
import type { JsonRecord } from '../json.ts';
import type { Queues, ReceivedMessage } from '../queues.ts';
import { ServiceError } from './protocol.ts';
import type { Operation } from './protocol.ts';

const MOST_MESSAGES = 10;
const DEFAULT_HIDDEN_S = 30;

/**
 * SQS, as far as something is put into the template's queues, and somebody looks into them and takes out what is done with.
 * Nobody waits for a message.
 */
export function sqs(queues: Queues): ReadonlyMap<string, Operation> {
  return new Map<string, Operation>([
    ['SendMessage', (input) => send(input, queues)],
    ['ReceiveMessage', (input) => receive(input, queues)],
    ['DeleteMessage', (input) => queues.remove(queueIn(input), receiptIn(input))],
    ['ChangeMessageVisibility', (input) => queues.hide(queueIn(input), receiptIn(input), secondsIn(input, 0) * 1_000)],
  ]);
}

function send(input: JsonRecord, queues: Queues): JsonRecord {
  const text = asText(input['MessageBody']) ?? '';
  const id = queues.put(queueIn(input), { at: Date.now(), body: parseJson(text) ?? text });
  if (id === undefined) throw missing();
  return { MessageId: id, MD5OfMessageBody: md5Of(text) };
}

function missing(): ServiceError {
  return new ServiceError('QueueDoesNotExist', 'The specified queue does not exist.');
}

function receive(input: JsonRecord, queues: Queues): JsonRecord {
  const most = asNumber(input['MaxNumberOfMessages']) ?? 1;
  if (most < 1 || most > MOST_MESSAGES) {
    throw new ServiceError('InvalidParameterValue', `MaxNumberOfMessages must be between 1 and ${MOST_MESSAGES}.`);
  }
  const messages = queues.receive(queueIn(input), most, secondsIn(input, DEFAULT_HIDDEN_S) * 1_000);
  if (messages === undefined) throw missing();
  return { Messages: messages.map(inWords) };
}

function inWords({ id, receipt, at, body }: ReceivedMessage): JsonRecord {
  const Body = typeof body === 'string' ? body : JSON.stringify(body);
  return {
    MessageId: id,
    ReceiptHandle: receipt,
    Body,
    MD5OfBody: md5Of(Body),
    Attributes: { SentTimestamp: String(at) },
  };
}

/** `https://sqs.<region>.amazonaws.com/<account>/<name>` */
function queueIn(input: JsonRecord): string {
  return asText(input['QueueUrl'])?.split('/').at(-1) ?? '';
}

function receiptIn(input: JsonRecord): string {
  const receipt = asText(input['ReceiptHandle']) ?? '';
  if (receipt === '') throw new ServiceError('ReceiptHandleIsInvalid', 'The input receipt handle is invalid.');
  return receipt;
}

function secondsIn(input: JsonRecord, otherwise: number): number {
  return asNumber(input['VisibilityTimeout']) ?? otherwise;
}

/** The SDK looks whether a text has arrived as it was sent. */
function md5Of(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
