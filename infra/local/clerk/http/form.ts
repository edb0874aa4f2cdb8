import { isObject, isTextList } from '../json.ts';
import type { JsonObject } from '../json.ts';
import { invalidParameter, unknownParameter } from './clerk-problem.ts';

/**
 * Readers for the parameters of a Backend API body. Each returns undefined for an absent parameter and throws Clerk's
 * 422, naming the parameter, for one of the wrong type.
 */

export function readText(body: JsonObject, name: string): string | null | undefined {
  const value = body[name];
  if (value === undefined || value === null || typeof value === 'string') return value;
  throw invalidParameter(name, 'a string or null');
}

/** @returns undefined for null too: Clerk's booleans are nullable and null means "not given". */
export function readFlag(body: JsonObject, name: string): boolean | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'boolean') return value;
  throw invalidParameter(name, 'true or false');
}

export function readInteger(body: JsonObject, name: string): number | null | undefined {
  const value = body[name];
  if (value === undefined || value === null) return value;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw invalidParameter(name, 'a whole number or null');
}

export function readTexts(body: JsonObject, name: string): readonly string[] {
  const value = body[name] ?? [];
  if (isTextList(value)) return value;
  throw invalidParameter(name, 'a list of strings');
}

export function readObject(body: JsonObject, name: string): JsonObject | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (isObject(value)) return value;
  throw invalidParameter(name, 'an object');
}

/** A moment as Clerk takes it (RFC 3339 text) or gives it (milliseconds since 1970). */
export function readMoment(body: JsonObject, name: string): number | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  const moment = typeof value === 'string' ? Date.parse(value) : value;
  if (typeof moment === 'number' && Number.isSafeInteger(moment) && moment >= 0) return moment;
  throw invalidParameter(name, 'a date and time such as 2024-10-20T07:15:20.902Z');
}

/** Clerk refuses parameters that it does not know. */
export function refuseUnknown(body: JsonObject, known: ReadonlySet<string>): void {
  const unknown = Object.keys(body).find((name) => !known.has(name));
  if (unknown !== undefined) throw unknownParameter(unknown);
}
