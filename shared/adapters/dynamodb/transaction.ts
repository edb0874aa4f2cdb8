import { TransactionCanceledException, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import type { CancellationReason, TransactWriteItem } from '@aws-sdk/client-dynamodb';
import type { NameChange, UserMoves } from '../../domain/name-change.ts';
import { nameChanges } from '../../domain/name-change.ts';
import { nameKey } from '../../domain/names.ts';
import type { RosterChange } from '../../domain/roster.ts';
import type { StoredUser } from '../../domain/user.ts';
import type { Lease } from '../../ports/lease-store.ts';
import type { CallOptions, NamesChanged, UserWrite } from '../../ports/user-store.ts';
import { LeaseLost } from '../../ports/user-store.ts';
import type { Attributes } from './attribute-value.ts';
import { fromNotation, mapToNotation } from './attribute-value.ts';
import { callTable, isPassingReason, unavailable } from './errors.ts';
import type { Expression } from './expression.ts';
import { update } from './expression.ts';
import { isLease, LEASE_KEY } from './lease-store.ts';
import { parseReservation, reservationCondition, reservationUpdate } from './reservation-item.ts';
import { entryAttributes, entryIs, rosterKey } from './roster-item.ts';
import type { TableAccess } from './table-access.ts';
import { keyOf, living, sendOptions } from './table-access.ts';
import { parseUserItem, userKey } from './user-item.ts';
import type { PreparedWrite } from './user-write.ts';

/** What came of a transaction; of several users that others have written since, the first is told. */
export type TransactionResult =
  | { readonly status: 'written' }
  | { readonly status: 'lost'; readonly current: StoredUser | undefined }
  | NamesChanged;

/**
 * Writes users, the reservations of the names that move with them and their roster entries: all or nothing.
 * @throws LeaseLost when a lease that one of the writes names is not what it was
 */
export async function writeInTransaction(
  table: TableAccess,
  users: readonly PreparedWrite[],
  options: CallOptions,
): Promise<TransactionResult> {
  const changes = nameChanges(users.map(({ write }) => movesOf(write)));
  const entries = users.flatMap(({ write }) => write.roster?.changes ?? []);
  const leases = leasesOf(users);
  const command = new TransactWriteItemsCommand({
    TransactItems: [
      ...users.map((user) => updateOf(table, userKey(user.write.next.id), user.update, user.condition)),
      ...changes.map((change) => reservationWrite(table, change)),
      ...entries.map((change) => entryWrite(table, change)),
      ...leases.map((lease) => leaseCheck(table, lease)),
    ],
  });
  try {
    await callTable(() => table.client.send(command, sendOptions(options)));
    return { status: 'written' };
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) throw error;
    if (leases.length > 0 && isUnmet(error.CancellationReasons?.at(-1))) throw leaseLost(error);
    return refusal(error, { table, users, changes, entries });
  }
}

function movesOf({ next, expected, moves, inheritFrom }: UserWrite): UserMoves {
  return { userId: next.id, revision: (expected?.revision ?? 0) + 1, moves, inheritFrom };
}

/** At most one: whoever writes has one lease. It is checked last, behind what the other reasons are told by. */
function leasesOf(users: readonly PreparedWrite[]): readonly Lease[] {
  return users.flatMap(({ write }) => write.lease ?? []).slice(0, 1);
}

function leaseCheck(table: TableAccess, lease: Lease): TransactWriteItem {
  const condition = isLease(lease);
  return {
    ConditionCheck: {
      TableName: table.tableName,
      Key: mapToNotation(Object.entries(keyOf(LEASE_KEY))),
      ConditionExpression: condition.text,
      ExpressionAttributeNames: { ...condition.names },
      ExpressionAttributeValues: mapToNotation(Object.entries(condition.values)),
    },
  };
}

function leaseLost(cause: Error): LeaseLost {
  return new LeaseLost('Another run has taken the lease meanwhile: this one may not write any more.', { cause });
}

function reservationWrite(table: TableAccess, change: NameChange): TransactWriteItem {
  const changed = reservationUpdate(change, table.clock.now());
  return updateOf(table, nameKey(change.name), changed, reservationCondition(change));
}

/** One that goes is emptied: nobody who serves a request may delete an item. */
function entryWrite(table: TableAccess, { email, before, after }: RosterChange): TransactWriteItem {
  return updateOf(table, rosterKey(email), update(entryAttributes(after, table.clock.now())), entryIs(before));
}

function updateOf(table: TableAccess, key: string, changed: Expression, condition?: Expression): TransactWriteItem {
  const values = mapToNotation(Object.entries({ ...changed.values, ...condition?.values }));
  return {
    Update: {
      TableName: table.tableName,
      Key: mapToNotation(Object.entries(keyOf(key))),
      UpdateExpression: changed.text,
      ...(condition && { ConditionExpression: condition.text }),
      ExpressionAttributeNames: { ...changed.names, ...condition?.names },
      ExpressionAttributeValues: { ...values, ...changed.asTheyAre },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    },
  };
}

interface Attempted {
  readonly table: TableAccess;
  readonly users: readonly PreparedWrite[];
  readonly changes: readonly NameChange[];
  readonly entries: readonly RosterChange[];
}

/**
 * Reads why a transaction was cancelled: a reason for each item, in their order.
 * @throws StoreUnavailable when another transaction was in the way, or the table too busy; the error itself for all else
 */
function refusal(
  error: TransactionCanceledException,
  { table, users, changes, entries }: Attempted,
): TransactionResult {
  const reasons = error.CancellationReasons ?? [];
  const lost = users.findIndex((_user, position) => isUnmet(reasons[position]));
  if (lost >= 0) {
    const current = living(itemOf(reasons[lost]), table.clock);
    return { status: 'lost', current: current && parseUserItem(current) };
  }
  const seen = changes.flatMap(({ name }, position) => {
    const reason = reasons[users.length + position];
    return isUnmet(reason) ? [parseReservation(name, itemOf(reason))] : [];
  });
  const behind = users.length + changes.length;
  const isEntryChanged = entries.some((_change, position) => isUnmet(reasons[behind + position]));
  if (seen.length > 0 || isEntryChanged) return { status: 'names-changed', seen };
  if (reasons.some(({ Code }) => isPassingReason(Code))) throw unavailable(error);
  throw error;
}

function isUnmet(reason: CancellationReason | undefined): boolean {
  return reason?.Code === 'ConditionalCheckFailed';
}

function itemOf(reason: CancellationReason | undefined): Attributes | undefined {
  return reason?.Item && fromNotation(reason.Item);
}
