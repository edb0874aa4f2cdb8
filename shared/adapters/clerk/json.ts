import type { JsonObject } from '../../domain/json.ts';

/** Members of a JSON object that has not been looked at yet. */
export type Members = Readonly<Record<string, unknown>>;

/** Clerk's metadata has at most 8 KB. Code that walks a value by calling itself must not be led deeper than the stack goes. */
const DEEPEST_LEVEL = 500;

/** Whether a parsed JSON value is an object: neither a list nor null. */
export function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a value is a JSON object all the way down, and not nested beyond all reason. */
export function isJsonObject(value: unknown): value is JsonObject {
  return isObject(value) && isJson(value, 0);
}

function isJson(value: unknown, level: number): boolean {
  if (value === null || typeof value !== 'object') return value !== undefined;
  return level < DEEPEST_LEVEL && Object.values(value).every((inner: unknown) => isJson(inner, level + 1));
}

/** @returns the value of a JSON text; undefined for a text that is not JSON */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
