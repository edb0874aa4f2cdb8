import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { asNumber, asRecord, asText } from '../json.ts';
import type { JsonRecord } from '../json.ts';

/** A change of an item. */
export interface StreamRecord {
  readonly sequenceNumber: string;
  /** In ms since 1970, on the local clock; up to a second late, since engines tell whole seconds. */
  readonly createdAt: number;
  /** In bytes, of what a function is handed. */
  readonly size: number;
  /** As a function is handed it. */
  readonly event: JsonRecord;
}

/** Where records come from, as their functions are told. */
export interface RecordSource {
  readonly streamArn: string;
  readonly region: string;
  /** Whether an item was deleted because its time was over, by its key. */
  readonly hasExpired: (keys: JsonRecord) => boolean;
  /** What the local clock showed at a time of the engine's. */
  readonly timeAt: (wallMs: number) => number;
}

/** The end of a second: a clock that was moved within it must not make the record older than it is. */
const REST_OF_SECOND_MS = 999;

/** Who deletes what has expired, in the words of a record. */
const DYNAMODB_ITSELF = { type: 'Service', principalId: 'dynamodb.amazonaws.com' };

/** @param raw As `GetRecords` answers it. */
export function streamRecord(raw: JsonRecord, { streamArn, region, hasExpired, timeAt }: RecordSource): StreamRecord {
  const sequenceNumber = sequenceNumberOf(raw);
  const isExpiry = raw['eventName'] === 'REMOVE' && hasExpired(asRecord(asRecord(raw['dynamodb'])['Keys']));
  const seconds = asNumber(asRecord(raw['dynamodb'])['ApproximateCreationDateTime']) ?? 0;
  const event = {
    ...raw,
    ...(isExpiry ? { userIdentity: DYNAMODB_ITSELF } : {}),
    // Engines count from 1 in every table; on AWS the id is unlike any other.
    eventID: createHash('md5').update(`${streamArn} ${sequenceNumber}`).digest('hex'),
    awsRegion: region,
    eventSourceARN: streamArn,
  };
  return {
    sequenceNumber,
    createdAt: timeAt(seconds * 1000 + REST_OF_SECOND_MS),
    size: Buffer.byteLength(JSON.stringify(event)),
    event,
  };
}

export function sequenceNumberOf(raw: JsonRecord): string {
  return asText(asRecord(raw['dynamodb'])['SequenceNumber']) ?? '';
}

/** Engines record every write; DynamoDB does not record one that leaves the item as it was. */
export function isChange(raw: JsonRecord): boolean {
  const { NewImage: after, OldImage: before } = asRecord(raw['dynamodb']);
  return after === undefined || before === undefined || !isDeepStrictEqual(after, before);
}
