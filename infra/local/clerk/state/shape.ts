import { isObject } from '../json.ts';
import type { JsonObject } from '../json.ts';

export type Check = (value: unknown) => boolean;

export const isText: Check = (value) => typeof value === 'string';
export const isNumber: Check = (value) => typeof value === 'number';
export const isFlag: Check = (value) => typeof value === 'boolean';

export function orNull(check: Check): Check {
  return (value) => value === null || check(value);
}

export function listOf(check: Check): Check {
  return (value) => Array.isArray(value) && value.every(check);
}

/** Every key of the shape is there and passes its check; further keys are allowed. */
export function hasShape(value: unknown, shape: Readonly<Record<string, Check>>): value is JsonObject {
  return isObject(value) && Object.entries(shape).every(([key, check]) => check(value[key]));
}
