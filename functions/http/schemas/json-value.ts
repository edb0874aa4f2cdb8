import * as z from 'zod/mini';
import type { JsonValue } from '../../../shared/domain/json.ts';

/** Whatever `JSON.parse` has given is JSON; what could not be kept of it is refused before any schema looks at it. */
export function isParsedJson(value: unknown): value is JsonValue {
  return value !== undefined;
}

/** Any JSON value. */
export const jsonValue = z.custom<JsonValue>(isParsedJson);
