import type { ZodMiniType } from 'zod/mini';
import type { JsonObject, JsonValue } from '../../shared/domain/json.ts';
import type { HttpAnswer, HttpEvent } from './event.ts';
import { explainFlaw, explainIssues } from './explain-body.ts';
import { decodeUtf8, mediaType, rawBody } from './raw-body.ts';
import { refuse } from './refusals.ts';
import { isParsedJson } from './schemas/json-value.ts';

/** What any of our routes takes, bytes. */
const MAX_BODY_BYTES = 32 * 1024;

export interface BodyRules {
  /** In lower case, without parameters. */
  readonly mediaTypes: readonly string[];
  /** What an empty body stands for; without it there must be one. */
  readonly ifEmpty?: JsonObject;
}

/** What was read, or the answer that refuses it. */
export type Body<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly answer: HttpAnswer };

/**
 * Reads a request's JSON body: bounded before it is decoded, decoded strictly, and checked against its schema. A refusal says
 * what is wrong and where, never what was sent.
 */
export function readJson<T>(event: HttpEvent, schema: ZodMiniType<T>, rules: BodyRules): Body<T> {
  const bytes = rawBody(event);
  if (bytes.length === 0 && rules.ifEmpty) return checked(rules.ifEmpty, schema);
  if (bytes.length > MAX_BODY_BYTES) return refused(refuse('body_too_large'));
  if (!rules.mediaTypes.includes(mediaType(event.headers) ?? '')) return refused(unsupported(rules));
  const parsed = parse(decodeUtf8(bytes));
  return parsed ? checked(parsed.value, schema) : refused(refuse('malformed_json'));
}

/** A value that no table would keep is refused whatever the schema, which would also have to walk it to any depth. */
function checked<T>(value: JsonValue, schema: ZodMiniType<T>): Body<T> {
  const flaw = explainFlaw(value);
  if (flaw !== undefined) return refused(refuse('invalid_body', flaw));
  const { success, data, error } = schema.safeParse(value);
  return success ? { ok: true, value: data } : refused(refuse('invalid_body', explainIssues(error.issues)));
}

function parse(text: string | undefined): { readonly value: JsonValue } | undefined {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isParsedJson(value) ? { value } : undefined;
  } catch {
    // The parser's own message quotes the text.
    return undefined;
  }
}

function unsupported({ mediaTypes }: BodyRules): HttpAnswer {
  return refuse('unsupported_media_type', `The content type must be ${mediaTypes.join(' or ')}.`);
}

function refused<T>(answer: HttpAnswer): Body<T> {
  return { ok: false, answer };
}
