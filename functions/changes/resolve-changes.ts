import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { nameOfKey } from '../../shared/adapters/dynamodb/reservation-item.ts';
import type { Name } from '../../shared/domain/names.ts';
import { nameKey } from '../../shared/domain/names.ts';
import { TABLE } from '../../shared/names/table.ts';
import { MalformedItem } from '../../shared/ports/malformed-item.ts';
import { DirectoryUnavailable } from '../../shared/ports/user-directory.ts';
import { StoreUnavailable, UnstorableUser } from '../../shared/ports/user-store.ts';
import type { ResolveDependencies } from '../../shared/sync/names/resolve-name.ts';
import { resolveName } from '../../shared/sync/names/resolve-name.ts';

/**
 * Resolves the names whose reservations have changed: an email or username that somebody waits for, or that has become free.
 * Every name is looked at once, however many changes of it there are: the reservation itself says how things stand now.
 *
 * A name of somebody whose item cannot be read, or could not be kept, is passed over: sending it again would hold up all the
 * names behind it.
 *
 * @returns the changes to be sent again, since Clerk or the table could not be asked; a run resolves what is given up
 */
export async function resolveChanges(
  event: DynamoDBStreamEvent,
  deps: ResolveDependencies,
): Promise<DynamoDBBatchResponse> {
  const batchItemFailures: DynamoDBBatchResponse['batchItemFailures'] = [];
  for (const { name, itemIdentifier } of changedNames(event.Records)) {
    try {
      await resolveName(deps, name);
    } catch (error) {
      const failure = failureOf(error);
      if (!failure) throw error;
      deps.log[failure.isPassing ? 'warn' : 'error']('name not resolved', { kind: name.kind, reason: failure.reason });
      if (failure.isPassing) batchItemFailures.push({ itemIdentifier });
    }
  }
  return { batchItemFailures };
}

interface ChangedName {
  readonly name: Name;
  /** Sequence number of the first change of the name: whatever is sent again begins there. */
  readonly itemIdentifier: string;
}

function changedNames(records: readonly DynamoDBRecord[]): Iterable<ChangedName> {
  const names = new Map<string, ChangedName>();
  for (const { dynamodb } of records) {
    const name = nameOfKey(dynamodb?.Keys?.[TABLE.partitionKey]?.S ?? '');
    if (!name || names.has(nameKey(name))) continue;
    names.set(nameKey(name), { name, itemIdentifier: dynamodb?.SequenceNumber ?? '' });
  }
  return names.values();
}

interface Failure {
  readonly reason: string;
  /** Whether the same may succeed later. */
  readonly isPassing: boolean;
}

/** @returns undefined for a defect or a missing permission */
function failureOf(error: unknown): Failure | undefined {
  if (error instanceof StoreUnavailable || error instanceof DirectoryUnavailable) {
    return { reason: error.code, isPassing: true };
  }
  const isLasting = error instanceof MalformedItem || error instanceof UnstorableUser;
  return isLasting ? { reason: error.code, isPassing: false } : undefined;
}
