import { randomUUID } from 'node:crypto';
import type { JsonRecord } from '../json.ts';
import type { GivenUpBatch } from './retry.ts';

/** A batch that its function never took. */
export interface GivenUp {
  /** When, in ms since 1970. */
  readonly at: number;
  /** ARN of a queue or a topic. Absent: on AWS nobody would hear of it. */
  readonly destination?: string;
  /** What Lambda would tell the destination: where the records are, not what they say. */
  readonly message: JsonRecord;
}

export interface GivenUpFacts {
  readonly functionArn: string;
  /** `$LATEST` or a number. */
  readonly functionVersion: string;
  readonly streamArn: string;
  readonly shardId: string;
  /** In ms since 1970. */
  readonly now: number;
}

/** The message for a failure destination, as Lambda writes it. */
export function givenUpMessage(batch: GivenUpBatch, facts: GivenUpFacts): JsonRecord {
  const { functionArn, functionVersion, streamArn, shardId, now } = facts;
  const [first, last] = [batch.records.at(0), batch.records.at(-1)];
  return {
    requestContext: {
      requestId: randomUUID(),
      functionArn,
      condition: batch.reason,
      approximateInvokeCount: batch.failures,
    },
    responseContext: {
      statusCode: 200,
      executedVersion: functionVersion,
      ...(batch.failures > 0 ? { functionError: 'Unhandled' } : {}),
    },
    version: '1.0',
    timestamp: new Date(now).toISOString(),
    DDBStreamBatchInfo: {
      shardId,
      startSequenceNumber: first?.sequenceNumber,
      endSequenceNumber: last?.sequenceNumber,
      approximateArrivalOfFirstRecord: inSeconds(first?.createdAt ?? now),
      approximateArrivalOfLastRecord: inSeconds(last?.createdAt ?? now),
      batchSize: batch.records.length,
      streamArn,
    },
  };
}

function inSeconds(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');
}
