import { DeleteCommand, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { LeftOver, Name, Reservation } from '../../domain/names.ts';
import { nameKey, tidied } from '../../domain/names.ts';
import { TABLE } from '../../names/table.ts';
import type { CallOptions } from '../../ports/user-store.ts';
import { callIfMet, callTable } from './errors.ts';
import { allOf, references, revisionIs, update } from './expression.ts';
import { ownerIs, parseReservation } from './reservation-item.ts';
import type { TableAccess } from './table-access.ts';
import { keyOf, sendOptions } from './table-access.ts';
import type { ItemChange } from './user-item.ts';

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

/** Removes what is out of date from a reservation, on condition that nobody has changed it, and with it what nobody needs. */
export async function tidyReservation(
  { client, tableName }: TableAccess,
  reservation: Reservation,
  leftOver: LeftOver,
  options: CallOptions,
): Promise<boolean> {
  const next = tidied(reservation, leftOver);
  if (next === reservation) return true;
  const condition = allOf(revisionIs(reservation.revision), ownerIs(reservation.owner));
  const onItem = {
    TableName: tableName,
    Key: keyOf(nameKey(reservation.name)),
    ConditionExpression: condition.text,
  };
  const change = next && update(changeOf(next));
  const command = change
    ? new UpdateCommand({ ...onItem, UpdateExpression: change.text, ...references(change, condition) })
    : new DeleteCommand({ ...onItem, ...references(condition) });
  return (await callIfMet(() => send(client, command, options))).met;
}

function changeOf({ owner, claimants, isListed, revision }: Reservation): ItemChange {
  const { partitionKey, sortKey } = TABLE.index;
  return {
    revision,
    owner,
    claimants: claimants.length > 0 ? new Set(claimants) : undefined,
    ...(!isListed && { [partitionKey]: undefined, [sortKey]: undefined, keptUntil: undefined }),
  };
}

function send(
  client: TableAccess['client'],
  command: UpdateCommand | DeleteCommand,
  options: CallOptions,
): Promise<unknown> {
  return command instanceof UpdateCommand
    ? client.send(command, sendOptions(options))
    : client.send(command, sendOptions(options));
}
