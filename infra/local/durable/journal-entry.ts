import { isRecord, parseJson } from '../cloud/json.ts';
import type { JsonRecord } from '../cloud/json.ts';
import type { Beginning, ExecutionEvent, Reply } from './execution.ts';
import { Refusal } from './refusal.ts';
import { parseError, parseUpdates } from './update.ts';

/** One line of the journal. */
export type JournalEntry =
  | { readonly kind: 'began'; readonly beginning: Beginning }
  | { readonly kind: 'event'; readonly arn: string; readonly event: ExecutionEvent }
  | { readonly kind: 'ended'; readonly arn: string };

/** @returns The entry; undefined when the text is none. */
export function parseEntry(text: string): JournalEntry | undefined {
  const value = parseJson(text);
  if (!isRecord(value)) return undefined;
  if (value['kind'] === 'began') {
    const beginning = parseBeginning(value['beginning']);
    return beginning && { kind: 'began', beginning };
  }
  const arn = value['arn'];
  if (typeof arn !== 'string') return undefined;
  if (value['kind'] === 'ended') return { kind: 'ended', arn };
  const event = value['kind'] === 'event' && isRecord(value['event']) ? tryParseEvent(value['event']) : undefined;
  return event && { kind: 'event', arn, event };
}

function parseBeginning(value: unknown): Beginning | undefined {
  if (!isRecord(value)) return undefined;
  const { arn, functionArn, name, input, startedAt, deadline } = value;
  if (typeof arn !== 'string' || typeof functionArn !== 'string') return undefined;
  if (typeof name !== 'string' || typeof input !== 'string' || typeof startedAt !== 'number') return undefined;
  return { arn, functionArn, name, input, startedAt, deadline: typeof deadline === 'number' ? deadline : undefined };
}

function tryParseEvent(record: JsonRecord): ExecutionEvent | undefined {
  try {
    return parseEvent(record);
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

function parseEvent(record: JsonRecord): ExecutionEvent | undefined {
  const { kind, at, operationId } = record;
  if (typeof at !== 'number') return undefined;
  if (kind === 'due') return { kind, at };
  if (kind === 'checkpoint') return { kind, at, updates: parseUpdates(record['updates']) };
  if (kind === 'failed') return { kind, at, error: parseError(record['error'], 'error') ?? {} };
  if (typeof operationId !== 'string') return undefined;
  if (kind === 'heartbeat') return { kind, at, operationId };
  return kind === 'reply' ? { kind, at, operationId, reply: parseReply(record['reply']) } : undefined;
}

function parseReply(value: unknown): Reply {
  const record = isRecord(value) ? value : {};
  const error = parseError(record['error'], 'error');
  if (error !== undefined) return { error };
  const result = record['result'];
  return { result: typeof result === 'string' ? result : undefined };
}
