import { badField } from '../http/problem.ts';
import { isObject } from '../json.ts';
import type { JsonObject } from '../json.ts';

/** Readers for the bodies of control routes; each refuses with 400 and the name of the field. */

export function requireText(body: JsonObject, name: string): string {
  const value = body[name];
  if (typeof value === 'string' && value !== '') return value;
  throw badField(name, 'a string that is not empty');
}

function requireFlag(body: JsonObject, name: string): boolean {
  const value = body[name];
  if (typeof value === 'boolean') return value;
  throw badField(name, 'true or false');
}

export function optionalFlag(body: JsonObject, name: string, otherwise: boolean): boolean {
  return body[name] === undefined ? otherwise : requireFlag(body, name);
}

export function optionalNumber(body: JsonObject, name: string, otherwise: number): number {
  const value = body[name] ?? otherwise;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw badField(name, 'a number');
}

export function optionalObject(body: JsonObject, name: string): JsonObject {
  const value = body[name] ?? {};
  if (isObject(value)) return value;
  throw badField(name, 'an object');
}
