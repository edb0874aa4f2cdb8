import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { JsonValue } from '../../domain/json.ts';
import { isObject, sameJson } from '../../domain/json.ts';
import { fromNotation, toNotation } from './attribute-value.ts';
import { toAttribute, toJson } from './json-attributes.ts';

/**
 * Writes JSON that was made of what an item holds, in DynamoDB's own notation. Whatever reads as it did before stays as it is:
 * the application may keep sets, bytes and long numbers, which JSON shows as something else.
 *
 * @param before what the item holds in this place; undefined for nothing
 */
export function keptNotation(before: AttributeValue | undefined, value: JsonValue): AttributeValue {
  if (before && sameJson(toJson(fromNotation({ before })['before']), value)) return before;
  const members = before?.M;
  if (!members || !isObject(value)) return toNotation(toAttribute(value));
  const kept = Object.entries(value).map(([name, member]): [string, AttributeValue] => [
    name,
    keptNotation(memberOf(members, name), member),
  ]);
  return { M: Object.fromEntries(kept) };
}

/** @returns undefined also for what every object has, whatever it holds */
export function memberOf(members: Readonly<Record<string, AttributeValue>>, name: string): AttributeValue | undefined {
  return Object.hasOwn(members, name) ? members[name] : undefined;
}
