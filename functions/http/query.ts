import * as z from 'zod/mini';
import type { ZodMiniType } from 'zod/mini';
import type { HttpAnswer, HttpEvent } from './event.ts';
import { explainIssues } from './explain-body.ts';
import { refuse } from './refusals.ts';

type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly answer: HttpAnswer };

/** Reads a request's query by its schema. A refusal says what is wrong and where, never what was sent. */
export function readQuery<T>(event: Pick<HttpEvent, 'queryStringParameters'>, schema: ZodMiniType<T>): Read<T> {
  const { success, data, error } = schema.safeParse({ ...event.queryStringParameters });
  if (success) return { ok: true, value: data };
  return { ok: false, answer: refuse('invalid_request', explainIssues(error.issues, 'The query')) };
}

/** `?name`, `?name=true` or `?name=false`: anything else is refused, since a dry run that is not taken for one would write. */
export const flag = z.pipe(
  z.string().check(z.refine((text) => ['', 'true', 'false'].includes(text), 'must be true or false')),
  z.transform((text) => text !== 'false'),
);

const MOST_ITEMS = 100;
const USUAL_ITEMS = 20;

const limit = z.pipe(
  z
    .string()
    .check(
      z.refine(
        (text) => /^[1-9]\d{0,2}$/.test(text) && Number(text) <= MOST_ITEMS,
        `must be a whole number from 1 to ${MOST_ITEMS}`,
      ),
    ),
  z.transform(Number),
);

const cursor = z.pipe(
  z.string().check(z.refine((text) => decodeCursor(text) !== undefined, 'must be the next of an earlier answer')),
  z.transform(decodeCursor),
);

/** Members of a query that asks for one page of a list. */
export const PAGE_QUERY = { limit: z.optional(limit), cursor: z.optional(cursor) };

interface PageQuery {
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

export function pageOf({ limit = USUAL_ITEMS, cursor }: PageQuery): {
  readonly limit: number;
  readonly after?: string;
} {
  return { limit, ...(cursor !== undefined && { after: cursor }) };
}

/** @returns null where the list ends; a text that says nothing to a client, and is nothing but where the list goes on */
export function encodeCursor(next: string | undefined): string | null {
  return next === undefined ? null : Buffer.from(next).toString('base64url');
}

/** What a sort key may be, bytes of UTF-8; DynamoDB takes 1,024. */
const MOST_BYTES = 1_000;

function decodeCursor(text: string): string | undefined {
  const bytes = Buffer.from(text, 'base64url');
  const after = bytes.toString('utf8');
  const isSound = Buffer.from(after).equals(bytes) && bytes.toString('base64url') === text;
  return isSound && bytes.length > 0 && bytes.length <= MOST_BYTES ? after : undefined;
}
