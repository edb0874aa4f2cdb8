import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { nameOfKey } from '../../shared/adapters/dynamodb/reservation-item.ts';
import type { Name } from '../../shared/domain/names.ts';
import { nameKey } from '../../shared/domain/names.ts';
import { TABLE } from '../../shared/names/table.ts';
import { DirectoryUnavailable } from '../../shared/ports/user-directory.ts';
import { StoreUnavailable } from '../../shared/ports/user-store.ts';
import type { ResolveDependencies } from '../../shared/sync/names/resolve-name.ts';
import { resolveName } from '../../shared/sync/names/resolve-name.ts';

/**
 * Resolves the names whose reservations have changed: an email or username that somebody waits for, or that has become free.
 * Every name is looked at once, however many changes of it there are: the reservation itself says how things stand now.
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
      const reason = reasonOf(error);
      if (reason === undefined) throw error;
      deps.log.warn('name not resolved', { kind: name.kind, reason });
      batchItemFailures.push({ itemIdentifier });
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

function reasonOf(error: unknown): string | undefined {
  return error instanceof StoreUnavailable || error instanceof DirectoryUnavailable ? error.code : undefined;
}
