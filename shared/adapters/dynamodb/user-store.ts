import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Name } from '../../domain/names.ts';
import type { StoredUser } from '../../domain/user.ts';
import type {
  CallOptions,
  JointWriteResult,
  ReadOptions,
  UserStore,
  UserWrite,
  WriteResult,
} from '../../ports/user-store.ts';
import { callIfMet, callTable } from './errors.ts';
import { examinedUser, mendedUser } from './examined-user.ts';
import { references } from './expression.ts';
import { countLive, listConflicts, listDeleted, listErasedInClerk, listMonths, listUnknown } from './list-users.ts';
import { readReservation, tidyReservation } from './reservations.ts';
import type { TableAccess } from './table-access.ts';
import { keyOf, living, sendOptions } from './table-access.ts';
import { writeInTransaction } from './transaction.ts';
import { parseUserItem, userKey } from './user-item.ts';
import type { PreparedWrite } from './user-write.ts';
import { prepareWrite, userAfter } from './user-write.ts';

/**
 * Rows of the index that one read takes: about 100 KB, 12 read units. Four windows hold a page or two each for as long as they
 * take: of 1,000 rows they made a run's memory grow for its first 50,000 users, and rounding up costs half a hundredth more.
 */
const PAGE_SIZE = 400;

/** Rows that one read counts: a read goes through 1 MB at most, and these are about as much. */
const COUNT_SIZE = 4000;

/** @param deps.pageSize rows of the index that one read takes */
export function createDynamoDbUserStore(deps: TableAccess & { readonly pageSize?: number }): UserStore {
  const index = { ...deps, pageSize: deps.pageSize ?? PAGE_SIZE };
  return {
    get: (id, options = {}) => get(deps, id, options),
    write: (write, options = {}) => writeUser(deps, write, options),
    writeTogether: (writes, options = {}) => writeTogether(deps, writes, options),
    reservation: (name, options = {}) => readReservation(deps, name, options),
    find: (name, options = {}) => find(deps, name, options),
    tidy: (reservation, leftOver, options = {}) => tidyReservation(deps, reservation, leftOver, options),
    listConflicts: (options = {}) => listConflicts(index, options),
    listDeleted: (range, options = {}) => listDeleted(index, range, options),
    listErasedInClerk: (options = {}) => listErasedInClerk(index, options),
    listByCreation: (from, options = {}) => listMonths(index, from, options),
    listUnknownCreation: (options = {}) => listUnknown(index, options),
    countLive: (from, options = {}) => countLive({ ...deps, pageSize: deps.pageSize ?? COUNT_SIZE }, from, options),
  };
}

async function find(table: TableAccess, name: Name, options: CallOptions): Promise<StoredUser | undefined> {
  const { owner } = await readReservation(table, name, options);
  const user = owner === undefined ? undefined : await get(table, owner, { ...options, consistent: true });
  return user?.held[name.kind] === name.value ? user : undefined;
}

async function get(
  { client, tableName, clock }: TableAccess,
  id: string,
  options: ReadOptions,
): Promise<StoredUser | undefined> {
  const command = new GetCommand({
    TableName: tableName,
    Key: keyOf(userKey(id)),
    ConsistentRead: options.consistent ?? false,
  });
  const { Item } = await callTable(() => client.send(command, sendOptions(options)));
  const item = living(Item, clock);
  if (!item || !options.examine) return item && parseUserItem(item);
  return options.examine === 'mend' ? mendedUser(item, id, clock.now()) : examinedUser(item);
}

async function writeUser(table: TableAccess, write: UserWrite, options: CallOptions): Promise<WriteResult> {
  const prepared = await prepareWrite(table, write, options);
  if (isAlone(write)) return updateUser(table, prepared, options);
  const result = await writeInTransaction(table, [prepared], options);
  return result.status === 'written' ? { status: 'written', user: userAfter(prepared) } : result;
}

/** Whether nothing but the user's own item has to do with the write. */
function isAlone({ moves, roster, lease }: UserWrite): boolean {
  return moves.length === 0 && !lease && (roster === undefined || roster.changes.length === 0);
}

/** Where no name moves, no roster entry changes and no lease is named, one update of one item is all. */
async function updateUser(
  { client, tableName, clock }: TableAccess,
  { write, update, condition }: PreparedWrite,
  options: CallOptions,
): Promise<WriteResult> {
  const command = new UpdateCommand({
    TableName: tableName,
    Key: keyOf(userKey(write.next.id)),
    UpdateExpression: update.text,
    ConditionExpression: condition.text,
    ...references(update, condition),
    ReturnValues: 'ALL_NEW',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
  const result = await callIfMet(() => client.send(command, sendOptions(options)));
  if (result.met) return { status: 'written', user: parseUserItem(result.output.Attributes ?? {}) };
  const current = living(result.item, clock);
  return { status: 'lost', current: current && parseUserItem(current) };
}

async function writeTogether(
  table: TableAccess,
  writes: readonly UserWrite[],
  options: CallOptions,
): Promise<JointWriteResult> {
  const prepared = await Promise.all(writes.map((write) => prepareWrite(table, write, options)));
  const result = await writeInTransaction(table, prepared, options);
  if (result.status === 'written') return { status: 'written', users: prepared.map(userAfter) };
  return result.status === 'lost' ? { status: 'lost' } : result;
}
