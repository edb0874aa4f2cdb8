import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { TABLE } from '../../names/table.ts';
import { secondsOf } from './expiry.ts';
import type { AttributeInput } from './json-attributes.ts';
import type { ItemChange } from './user-item.ts';

/** A piece of a DynamoDB expression with the names and values that it refers to. */
export interface Expression {
  readonly text: string;
  readonly names: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, AttributeInput>>;
  /** Values in DynamoDB's own notation, for a transaction that carries attributes over. */
  readonly asTheyAre?: Readonly<Record<string, AttributeValue>>;
}

/** No such item. */
export function noItem(): Expression {
  return { text: 'attribute_not_exists(#pk)', names: { '#pk': TABLE.partitionKey }, values: {} };
}

/** An item past its time to live, which DynamoDB has not swept yet. */
export function pastExpiry(now: number): Expression {
  return { text: '#expiresAt <= :nowSeconds', ...expiryAt(now) };
}

/** An item that stays, or still lives: one that is about to be swept must not be written to. */
export function notPastExpiry(now: number): Expression {
  return { text: '(attribute_not_exists(#expiresAt) OR #expiresAt > :nowSeconds)', ...expiryAt(now) };
}

/** Nobody has written since. */
export function revisionIs(revision: number): Expression {
  return {
    text: '#expectedRevision = :expectedRevision',
    names: { '#expectedRevision': 'revision' },
    values: { ':expectedRevision': revision },
  };
}

export function anyOf(...clauses: readonly Expression[]): Expression {
  const clause = join(clauses, ' OR ');
  return { ...clause, text: `(${clause.text})` };
}

export function allOf(...clauses: readonly Expression[]): Expression {
  return join(clauses, ' AND ');
}

/**
 * Sets what has a value and removes what has none; every other attribute of the item stays as it is.
 * @param computed further assignments, whose names and values the caller adds
 */
export function update(change: ItemChange, computed: readonly string[] = []): Expression {
  const entries = Object.entries(change);
  const set = entries.flatMap(([name, value]): [string, AttributeInput][] =>
    value === undefined ? [] : [[name, value]],
  );
  const removed = entries.filter(([, value]) => value === undefined);
  const sets = [...set.map(([name]) => `#${name} = :${name}`), ...computed].join(', ');
  const removes = removed.map(([name]) => `#${name}`).join(', ');
  return {
    text: [sets && `SET ${sets}`, removes && `REMOVE ${removes}`].filter(Boolean).join(' '),
    names: Object.fromEntries(entries.map(([name]) => [`#${name}`, name])),
    values: Object.fromEntries(set.map(([name, value]) => [`:${name}`, value])),
  };
}

/** Names and values of several expressions, as a command takes them. */
export function references(...expressions: readonly Expression[]): {
  ExpressionAttributeNames: Record<string, string>;
  ExpressionAttributeValues?: Record<string, AttributeInput>;
} {
  const { names, values } = join(expressions, '');
  const given = Object.keys(values).length > 0 ? { ExpressionAttributeValues: { ...values } } : {};
  return { ExpressionAttributeNames: { ...names }, ...given };
}

function join(expressions: readonly Expression[], separator: string): Expression {
  return {
    text: expressions.map(({ text }) => text).join(separator),
    names: Object.fromEntries(expressions.flatMap(({ names }) => Object.entries(names))),
    values: Object.fromEntries(expressions.flatMap(({ values }) => Object.entries(values))),
  };
}

function expiryAt(now: number): Pick<Expression, 'names' | 'values'> {
  return { names: { '#expiresAt': TABLE.timeToLive }, values: { ':nowSeconds': secondsOf(now) } };
}
