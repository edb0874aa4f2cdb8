import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import type { ResolveDependencies } from '../../shared/sync/names/resolve-name.ts';
import type { PublishDependencies } from './publish-changes.ts';
import { publishChanges } from './publish-changes.ts';
import { resolveChanges } from './resolve-changes.ts';

/**
 * Does what changes of the table ask for: reservations have their conflicts resolved, users are told of. Each comes by an event
 * source mapping of its own, so that neither has to wait where the other gets no answer.
 *
 * @returns the changes to be sent again
 */
export async function takeChanges(
  event: DynamoDBStreamEvent,
  deps: ResolveDependencies & PublishDependencies,
): Promise<DynamoDBBatchResponse> {
  const names = await resolveChanges(event, deps);
  const events = await publishChanges(event, deps);
  return { batchItemFailures: [...names.batchItemFailures, ...events.batchItemFailures] };
}
