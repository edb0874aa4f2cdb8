import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  ResourceNotFoundException,
  TrimmedDataAccessException,
} from '@aws-sdk/client-dynamodb-streams';
import type { DynamoDBStreamsClient, _Record as StreamRecord } from '@aws-sdk/client-dynamodb-streams';
import type { FailedBatch } from './failure.ts';

/** The stream does not have them any more. */
export class LostRecords extends Error {
  override readonly name = 'LostRecords';

  constructor(cause?: unknown) {
    super('the stream has let go of it, as it does after a day', { cause });
  }
}

const PAGE = 100;
/** Of what a function is handed, bytes: Lambda takes 6 MB, and one change has 800 KB at most. */
const LARGEST = 4_000_000;
/** A shard has pages without a record between others; past the last record there are only those. */
const MOST_EMPTY_PAGES = 100;

/**
 * Reads the records of a batch again, with whatever else was written between them.
 *
 * @yields so many as one invocation takes, each as the JSON that Lambda would hand over
 * @throws LostRecords when they are gone
 */
export async function* readRecords(
  streams: DynamoDBStreamsClient,
  batch: FailedBatch,
): AsyncGenerator<readonly string[]> {
  let records: string[] = [];
  let bytes = 0;
  for await (const record of recordsOf(streams, batch)) {
    const json = asLambdaHandsIt(record, batch.streamArn);
    if (records.length === PAGE || (records.length > 0 && bytes + json.length > LARGEST)) {
      yield records;
      [records, bytes] = [[], 0];
    }
    records.push(json);
    bytes += Buffer.byteLength(json);
  }
  if (records.length > 0) yield records;
}

async function* recordsOf(streams: DynamoDBStreamsClient, batch: FailedBatch): AsyncGenerator<StreamRecord> {
  let iterator = await iteratorAt(streams, batch);
  let emptyPages = 0;
  let hasLast = false;
  let hasAny = false;
  while (!hasLast && iterator !== undefined && emptyPages < MOST_EMPTY_PAGES) {
    const { Records = [], NextShardIterator } = await unlessLost(() =>
      streams.send(new GetRecordsCommand({ ShardIterator: iterator, Limit: PAGE })),
    );
    for (const record of Records) {
      const number = BigInt(record.dynamodb?.SequenceNumber ?? '0');
      if (number >= batch.last) hasLast = true;
      if (number > batch.last) break;
      hasAny = true;
      yield record;
    }
    emptyPages = Records.length === 0 ? emptyPages + 1 : 0;
    iterator = NextShardIterator;
  }
  // Past the last record the shard goes on with what is none of this batch.
  if (!hasLast || !hasAny) throw new LostRecords();
}

/** Records are let go of one by one: where the first is gone, the others are behind the oldest that the shard still has. */
async function iteratorAt(streams: DynamoDBStreamsClient, batch: FailedBatch): Promise<string | undefined> {
  const shard = { StreamArn: batch.streamArn, ShardId: batch.shardId };
  const first = { ShardIteratorType: 'AT_SEQUENCE_NUMBER', SequenceNumber: String(batch.first) } as const;
  const ask = async (from: typeof first | { readonly ShardIteratorType: 'TRIM_HORIZON' }) =>
    (await streams.send(new GetShardIteratorCommand({ ...shard, ...from }))).ShardIterator;
  return unlessLost(() =>
    ask(first).catch((error: unknown) => {
      if (error instanceof TrimmedDataAccessException) return ask({ ShardIteratorType: 'TRIM_HORIZON' });
      throw error;
    }),
  );
}

async function unlessLost<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const isLost = error instanceof TrimmedDataAccessException || error instanceof ResourceNotFoundException;
    throw isLost ? new LostRecords(error) : error;
  }
}

/** The API gives times as dates and bytes as bytes; an event has seconds and base64. */
function asLambdaHandsIt({ dynamodb = {}, ...record }: StreamRecord, eventSourceARN: string): string {
  const seconds = (dynamodb.ApproximateCreationDateTime?.getTime() ?? 0) / 1_000;
  const change = { ...dynamodb, ApproximateCreationDateTime: seconds };
  return JSON.stringify({ ...record, eventSourceARN, dynamodb: change }, withBytesInBase64);
}

/** Bytes are only ever behind one of DynamoDB's two names for them. */
function withBytesInBase64(name: string, value: unknown): unknown {
  if (name === 'B') return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value;
  if (name !== 'BS' || !Array.isArray(value)) return value;
  return value.map((each: unknown) => (each instanceof Uint8Array ? Buffer.from(each).toString('base64') : each));
}
