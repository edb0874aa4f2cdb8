import type { PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import type { ChangeEvent } from '../../domain/change-event.ts';
import { EVENTS } from '../../names/events.ts';

/** Where events go, and from which mirror they come. */
export interface EventAddress {
  /** Name or ARN. */
  readonly eventBus: string;
  /** Tells several mirrors on one bus apart: what their metrics call `Stack`. */
  readonly stackName: string;
}

/** The event's `detail`, as docs/events.schema.json describes it for subscribers. */
export function eventDetail(event: ChangeEvent, stackName: string): object {
  const { eventId, userId, revision, path, occurredAt } = event;
  return {
    schemaVersion: EVENTS.schemaVersion,
    eventId,
    userId,
    revision,
    ...(event.type === 'UserUpdated' && { changedFields: event.changedFields }),
    path,
    occurredAt: new Date(occurredAt).toISOString(),
    stack: stackName,
  };
}

/** A change as EventBridge takes one; well under 1 KB, so that ten of them are far from what one call may carry. */
export function eventEntry(event: ChangeEvent, { eventBus, stackName }: EventAddress): PutEventsRequestEntry {
  return {
    EventBusName: eventBus,
    Source: EVENTS.source,
    DetailType: event.type,
    Detail: JSON.stringify(eventDetail(event, stackName)),
    Time: new Date(event.occurredAt),
  };
}
