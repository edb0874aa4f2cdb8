import type { HttpAnswer, HttpEvent } from '../http/event.ts';
import type { RefusalCode } from '../http/refusals.ts';
import { refuse } from '../http/refusals.ts';
import { jsonAnswer } from '../middleware/answer.ts';
import type { AdminDependencies } from './dependencies.ts';

/** What came of an action: the answer, and what the record says of it. */
export interface ActionResult {
  readonly answer: HttpAnswer;
  /** A word, for the record: never a value that somebody sent. */
  readonly result: string;
  /** What it was done to, where that is known only now. */
  readonly target?: string;
}

/** What somebody with an admin key may do. */
export interface Action {
  /** As the record names it. */
  readonly name: string;
  /** Whether it changes or starts something: then it is on record before it begins. */
  readonly changes: boolean;
  /** What it is about to be done to, fit for the record; undefined where that is nothing in particular. */
  target?(event: HttpEvent): string | undefined;
  run(event: HttpEvent, deps: AdminDependencies): Promise<ActionResult>;
}

/** @param result the word for the record */
export function answered(
  status: number,
  body: object,
  result: string,
  more: { readonly target?: string; readonly headers?: Readonly<Record<string, string>> } = {},
): ActionResult {
  const { target, headers } = more;
  return { answer: jsonAnswer(status, body, headers), result, ...(target !== undefined && { target }) };
}

/** A refusal by its code. @param message in place of the usual one: names and places, never a value that somebody sent */
export function refusedAs(code: RefusalCode, message?: string): ActionResult {
  return { answer: refuse(code, message), result: code };
}

/** A request that is not what the route takes, as whoever read it has answered. */
export function refusedWith(answer: HttpAnswer): ActionResult {
  return { answer, result: 'invalid' };
}
