import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { TABLE } from '../../names/table.ts';
import type { StoredUser } from '../../domain/user.ts';
import type { CallOptions, ReadOptions, UserStore, UserWrite, WriteResult } from '../../ports/user-store.ts';
import { UNKNOWN_CREATION } from './creation-index.ts';
import { callIfMet, callTable } from './errors.ts';
import type { Expression } from './expression.ts';
import { allOf, anyOf, noItem, notPastExpiry, pastExpiry, references, revisionIs, update } from './expression.ts';
import { listGroups, listMonths } from './list-by-creation.ts';
import { refuseUnstorable } from './storable-user.ts';
import type { TableAccess } from './table-access.ts';
import { keyOf, living, sendOptions } from './table-access.ts';
import type { ItemChange } from './user-item.ts';
import { isoTime, parseUserItem, synchronisedAttributes, userKey } from './user-item.ts';

/** Rows of the index that one read takes: about 250 KB, 31 read units. */
const PAGE_SIZE = 1000;

/** @param deps.pageSize rows of the index that one read takes */
export function createDynamoDbUserStore(deps: TableAccess & { readonly pageSize?: number }): UserStore {
  const index = { ...deps, pageSize: deps.pageSize ?? PAGE_SIZE };
  return {
    get: (id, options = {}) => get(deps, id, options),
    write: (write, options = {}) => writeUser(deps, write, options),
    listByCreation: (from, options = {}) => listMonths(index, from, options),
    listUnknownCreation: (options = {}) => listGroups(index, [{ group: UNKNOWN_CREATION }], options),
  };
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
  return item && parseUserItem(item);
}

/** One update that names the synchronisation's attributes only, never a put: what the application keeps in `app` survives. */
async function writeUser(
  { client, tableName, clock }: TableAccess,
  write: UserWrite,
  options: CallOptions,
): Promise<WriteResult> {
  refuseUnstorable(write);
  const change = update(changeOf(write));
  const condition = conditionOf(write, clock.now());
  const command = new UpdateCommand({
    TableName: tableName,
    Key: keyOf(userKey(write.next.id)),
    UpdateExpression: change.text,
    ConditionExpression: condition.text,
    ...references(change, condition),
    ReturnValues: 'ALL_NEW',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
  const result = await callIfMet(() => client.send(command, sendOptions(options)));
  if (result.met) return { status: 'written', user: parseUserItem(result.output.Attributes ?? {}) };
  const current = living(result.item, clock);
  return { status: 'lost', current: current && parseUserItem(current) };
}

/** A creation may stand on what is left of an item past its time: none of that may live on, nor its time to live. */
function changeOf(write: UserWrite): ItemChange {
  const attributes = synchronisedAttributes(write);
  if (!write.expected) {
    return { ...attributes, createdAt: isoTime(write.now), app: new Map(), [TABLE.timeToLive]: undefined };
  }
  return write.next.tombstone ? attributes : { ...attributes, [TABLE.timeToLive]: undefined };
}

function conditionOf({ expected }: UserWrite, now: number): Expression {
  return expected ? allOf(revisionIs(expected.revision), notPastExpiry(now)) : anyOf(noItem(), pastExpiry(now));
}
