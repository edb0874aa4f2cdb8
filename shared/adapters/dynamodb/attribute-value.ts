import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { AttributeInput } from './json-attributes.ts';
import { exactNumber } from './json-attributes.ts';

/** An item's attributes as the document client gives them. */
export type Attributes = Readonly<Record<string, unknown>>;

/** DynamoDB's own notation of a value, from the client or, where bytes are base64 text, from a table's stream. */
export interface Notation {
  readonly S?: string | undefined;
  readonly N?: string | undefined;
  readonly BOOL?: boolean | undefined;
  readonly NULL?: boolean | undefined;
  readonly M?: Readonly<Record<string, Notation>> | undefined;
  readonly L?: readonly Notation[] | undefined;
  readonly SS?: readonly string[] | undefined;
  readonly NS?: readonly string[] | undefined;
  readonly B?: Uint8Array | string | undefined;
  readonly BS?: readonly (Uint8Array | string)[] | undefined;
}

/**
 * Reads an item in DynamoDB's own notation: the document client hands on the item of a failed condition unread, and a stream
 * knows no other.
 */
export function fromNotation(item: Readonly<Record<string, Notation>>): Attributes {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, valueOf(value)]));
}

function valueOf(value: Notation): unknown {
  if (value.S !== undefined) return value.S;
  if (value.N !== undefined) return exactNumber(value.N);
  if (value.BOOL !== undefined) return value.BOOL;
  if (value.NULL !== undefined) return null;
  if (value.M !== undefined) return fromNotation(value.M);
  if (value.L !== undefined) return value.L.map(valueOf);
  if (value.SS !== undefined) return new Set(value.SS);
  if (value.NS !== undefined) return new Set(value.NS.map(exactNumber));
  if (value.BS !== undefined) return new Set(value.BS);
  return value.B;
}

/** Writes a value in DynamoDB's own notation: a transaction that carries attributes over as they are speaks nothing else. */
export function toNotation(value: AttributeInput): AttributeValue {
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: String(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  if (value === null) return { NULL: true };
  if (Array.isArray(value)) return { L: value.map(toNotation) };
  if (value instanceof Map) return { M: mapToNotation([...value]) };
  return { SS: [...value] };
}

export function mapToNotation(entries: readonly (readonly [string, AttributeInput])[]): Record<string, AttributeValue> {
  return Object.fromEntries(entries.map(([name, value]) => [name, toNotation(value)]));
}
