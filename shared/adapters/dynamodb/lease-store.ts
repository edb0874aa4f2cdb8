import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Lease, LeaseStore } from '../../ports/lease-store.ts';
import type { Attributes } from './attribute-value.ts';
import { callIfMet } from './errors.ts';
import type { Expression } from './expression.ts';
import { allOf, anyOf, references, update } from './expression.ts';
import { readerOf } from './read-attributes.ts';
import type { TableAccess } from './table-access.ts';
import { keyOf } from './table-access.ts';
import { isoTime } from './user-item.ts';

/** One item for the table. It has no time to live: its fence must never begin anew. */
export const LEASE_KEY = 'lease';

export function createDynamoDbLeaseStore(deps: TableAccess): LeaseStore {
  return {
    take: (holder, until) => take(deps, holder, until),
    keep: async (lease, until) => (await change(deps, lapsing(until), isLease(lease))).met,
    release: async (lease) =>
      void (await change(deps, update({ holder: undefined, until: undefined }), isLease(lease))),
  };
}

/** The lease is still this one. */
export function isLease({ holder, fence }: Lease): Expression {
  const isSame = { text: '#fence = :fence', names: { '#fence': 'fence' }, values: { ':fence': fence } };
  return allOf(isHolder(holder), isSame);
}

/** First as the one who has it already, so that a repetition keeps the fence; only then as a new holder. */
async function take(deps: TableAccess, holder: string, until: number): Promise<Lease> {
  const again = await change(deps, lapsing(until), isHolder(holder));
  if (again.met) return leaseOf(again.item);
  const taken = await change(deps, takenBy(holder, until), isFree(deps.clock.now()));
  return leaseOf(taken.item);
}

/** @returns whether the condition was met, and the item: as it is now, or as it stands in the way */
async function change(
  { client, tableName }: TableAccess,
  changed: Expression,
  condition: Expression,
): Promise<{ met: boolean; item: Attributes }> {
  const command = new UpdateCommand({
    TableName: tableName,
    Key: keyOf(LEASE_KEY),
    UpdateExpression: changed.text,
    ConditionExpression: condition.text,
    ...references(changed, condition),
    ReturnValues: 'ALL_NEW',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
  const result = await callIfMet(() => client.send(command));
  return { met: result.met, item: (result.met ? result.output.Attributes : result.item) ?? {} };
}

function lapsing(until: number): Expression {
  return update({ until: isoTime(until) });
}

function takenBy(holder: string, until: number): Expression {
  const changed = update({ holder, until: isoTime(until) }, ['#fence = if_not_exists(#fence, :none) + :one']);
  const counting = { names: { '#fence': 'fence' }, values: { ':none': 0, ':one': 1 } };
  return {
    text: changed.text,
    names: { ...changed.names, ...counting.names },
    values: { ...changed.values, ...counting.values },
  };
}

function isHolder(holder: string): Expression {
  return { text: '#holder = :holder', names: { '#holder': 'holder' }, values: { ':holder': holder } };
}

function isFree(now: number): Expression {
  const names = { '#holder': 'holder', '#until': 'until' };
  return anyOf(
    { text: 'attribute_not_exists(#holder)', names, values: {} },
    { text: '#until <= :now', names, values: { ':now': isoTime(now) } },
  );
}

/** A lease that somebody else let go of in this very moment reads as nobody's. */
function leaseOf(item: Attributes): Lease {
  const read = readerOf(item);
  return { holder: read.optionalText('holder') ?? '', fence: read.optionalNumber('fence') ?? 0 };
}
