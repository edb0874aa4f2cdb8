import type { RefusalCode } from '../../functions/http/refusals.ts';
import type { ComponentName } from './components.ts';
import type { AnswerText, BodyText, Operation } from './operation.ts';
import { refusals } from './operation.ts';

const KEY = ['unauthorized', 'too_many_attempts'] as const;
const FAILURES = ['internal_error', 'unavailable'] as const;
export const BODY = ['malformed_json', 'invalid_body', 'body_too_large', 'unsupported_media_type'] as const;

interface AdminRoute extends Pick<Operation, 'id' | 'method' | 'path' | 'summary' | 'description'> {
  readonly query?: readonly object[];
  readonly body?: BodyText;
  readonly answers: readonly AnswerText[];
  readonly refusals: readonly RefusalCode[];
}

/** What all admin routes have in common: the key, the parameters that stand in the path, and how they fail. */
export function adminOperation({ query = [], refusals: own, ...route }: AdminRoute): Operation {
  const names = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  const inPath = names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));
  const parameters = [...inPath, ...query];
  return {
    ...route,
    access: 'admin-key',
    ...(parameters.length > 0 && { parameters }),
    refusals: refusals(...KEY, ...own, ...FAILURES),
  };
}

export function inQuery(name: string, description: string, schema: object = { type: 'string' }): object {
  return { name, in: 'query', description, schema };
}

export const FLAG = { type: 'string', enum: ['', 'true', 'false'] };
export const PAGE = [
  inQuery('limit', 'Items at most; 20 by default.', { type: 'integer', minimum: 1, maximum: 100 }),
  inQuery('cursor', 'The `next` of the page before.'),
];

export const NOTHING: BodyText = { required: false, mediaTypes: ['application/json'], schema: 'EmptyRequest' };

export function jsonBody(schema: ComponentName, required = true): BodyText {
  return { required, mediaTypes: ['application/json'], schema };
}

export function ok(schema: ComponentName, description: string, status = 200): AnswerText {
  return { status, description, schema };
}
