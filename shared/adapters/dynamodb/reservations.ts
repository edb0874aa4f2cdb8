import { DeleteCommand, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Name, Reservation } from '../../domain/names.ts';
import { nameKey } from '../../domain/names.ts';
import { TABLE } from '../../names/table.ts';
import type { CallOptions } from '../../ports/user-store.ts';
import { callIfMet, callTable } from './errors.ts';
import { references, revisionIs } from './expression.ts';
import { parseReservation } from './reservation-item.ts';
import type { TableAccess } from './table-access.ts';
import { keyOf, sendOptions } from './table-access.ts';

/** A reservation past its time to live says what no reservation says: nobody has the name. So it is not looked at. */
export async function readReservation(
  { client, tableName }: TableAccess,
  name: Name,
  options: CallOptions,
): Promise<Reservation> {
  const command = new GetCommand({ TableName: tableName, Key: keyOf(nameKey(name)), ConsistentRead: true });
  const { Item } = await callTable(() => client.send(command, sendOptions(options)));
  return parseReservation(name, Item);
}

/** Strikes `leaving` off the list; a name that nobody waits for leaves the index, one that nobody needs leaves the table. */
export async function tidyReservation(
  table: TableAccess,
  reservation: Reservation,
  leaving: readonly string[],
  options: CallOptions,
): Promise<boolean> {
  if (reservation.revision === 0) return true;
  const { claimants, owner, lastOwner } = reservation;
  const left = claimants.filter((id) => !leaving.includes(id));
  const isNeeded = owner !== undefined || lastOwner !== undefined || left.length > 0;
  return isNeeded ? rewrite(table, reservation, left, options) : remove(table, reservation, options);
}

async function remove(
  { client, tableName }: TableAccess,
  reservation: Reservation,
  options: CallOptions,
): Promise<boolean> {
  const condition = revisionIs(reservation.revision);
  const command = new DeleteCommand({
    TableName: tableName,
    Key: keyOf(nameKey(reservation.name)),
    ConditionExpression: condition.text,
    ...references(condition),
  });
  return (await callIfMet(() => client.send(command, sendOptions(options)))).met;
}

async function rewrite(
  { client, tableName }: TableAccess,
  reservation: Reservation,
  left: readonly string[],
  options: CallOptions,
): Promise<boolean> {
  const condition = revisionIs(reservation.revision);
  const isWaitedFor = left.length > 0;
  const { partitionKey, sortKey } = TABLE.index;
  const change = {
    text: isWaitedFor
      ? 'SET #claimants = :left ADD #revision :one'
      : 'REMOVE #claimants, #group, #sort ADD #revision :one',
    names: {
      '#claimants': 'claimants',
      '#revision': 'revision',
      ...(!isWaitedFor && { '#group': partitionKey, '#sort': sortKey }),
    },
    values: { ':one': 1, ...(isWaitedFor && { ':left': new Set(left) }) },
  };
  const command = new UpdateCommand({
    TableName: tableName,
    Key: keyOf(nameKey(reservation.name)),
    UpdateExpression: change.text,
    ConditionExpression: condition.text,
    ...references(change, condition),
  });
  return (await callIfMet(() => client.send(command, sendOptions(options)))).met;
}
