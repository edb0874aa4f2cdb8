import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { MalformedItem } from '../../shared/ports/malformed-item.ts';
import { changedUserId, parseUserChange } from '../../shared/adapters/dynamodb/user-change.ts';
import type { ChangeEvent } from '../../shared/domain/change-event.ts';
import { changeEvent } from '../../shared/domain/change-event.ts';
import type { EventPublisher } from '../../shared/ports/event-publisher.ts';
import type { Log } from '../../shared/ports/log.ts';

export interface PublishDependencies {
  readonly publisher: EventPublisher;
  readonly log: Log;
}

/**
 * Tells the bus what has happened to users.
 * @returns the first change that the bus has not taken: Lambda sends it again, and all behind it
 */
export async function publishChanges(
  event: DynamoDBStreamEvent,
  { publisher, log }: PublishDependencies,
): Promise<DynamoDBBatchResponse> {
  const toldBy = new Map<ChangeEvent, DynamoDBRecord>();
  for (const record of event.Records) {
    const told = whatToTell(record, log);
    if (told) toldBy.set(told, record);
  }
  if (toldBy.size === 0) return { batchItemFailures: [] };
  const result = await publisher.publish([...toldBy.keys()]);
  if (result.status === 'published') return { batchItemFailures: [] };
  const { unpublished, reason } = result;
  log.warn('events not published', { events: unpublished.length, reason });
  return { batchItemFailures: unpublished.slice(0, 1).map((first) => failureOf(toldBy.get(first))) };
}

/** An item that the synchronisation has not written says nothing, however often it is sent. */
function whatToTell({ dynamodb = {} }: DynamoDBRecord, log: Log): ChangeEvent | undefined {
  const userId = changedUserId(dynamodb);
  if (userId === undefined) return undefined;
  try {
    const change = parseUserChange(dynamodb);
    return change && changeEvent(change.before, change.after);
  } catch (error) {
    if (!(error instanceof MalformedItem)) throw error;
    log.error('change not told', { userId, reason: error.message });
    return undefined;
  }
}

/** An empty identifier names no record, which makes Lambda send the whole batch again. */
function failureOf(record: DynamoDBRecord | undefined): { itemIdentifier: string } {
  return { itemIdentifier: record?.dynamodb?.SequenceNumber ?? '' };
}
