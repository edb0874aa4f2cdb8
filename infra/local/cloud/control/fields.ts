import type { IncomingMessage } from 'node:http';
import { readBody } from '../../http/body.ts';
import { isRecord, parseJson } from '../json.ts';
import type { JsonRecord } from '../json.ts';

const LARGEST_BODY = 64 * 1024;

/** A body that cannot be used; the message names the field. */
export class BadFaults extends Error {}

/**
 * Reads the faults that a body asks for; no body asks for none.
 * @throws BadFaults for what is no JSON object, and for a field that is none of `names`
 */
export async function readFaults(request: IncomingMessage, names: readonly string[]): Promise<JsonRecord> {
  const body = await readBody(request, LARGEST_BODY);
  const text = body === 'too large' ? '' : body.toString('utf8').trim();
  const value = text === '' && body !== 'too large' ? {} : parseJson(text);
  if (!isRecord(value)) throw new BadFaults(`The body must be a JSON object with any of ${names.join(', ')}.`);
  const unknown = Object.keys(value).find((name) => !names.includes(name));
  if (unknown !== undefined) throw new BadFaults(`${unknown} is unknown: the fields here are ${names.join(', ')}.`);
  return value;
}

/** A share of all calls; none where it is not given. */
export function rate(body: JsonRecord, name: string): number {
  return numberUpTo(1, body, name, 'a rate from 0 to 1');
}

export function numberUpTo(most: number, body: JsonRecord, name: string, wanted: string): number {
  const value = body[name] ?? 0;
  if (typeof value === 'number' && value >= 0 && value <= most) return value;
  throw new BadFaults(`${name} must be ${wanted}.`);
}

export function flag(body: JsonRecord, name: string): boolean {
  const value = body[name] ?? false;
  if (typeof value === 'boolean') return value;
  throw new BadFaults(`${name} must be true or false.`);
}
