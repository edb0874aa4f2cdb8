import type { RefusalCode } from '../../functions/http/refusals.ts';
import { REFUSALS } from '../../functions/http/refusals.ts';
import type { ComponentName } from './components.ts';

/** One route of the HTTP API, as its clients need to know it. */
export interface Operation {
  readonly id: string;
  readonly method: 'get' | 'patch' | 'post' | 'put' | 'delete';
  readonly path: string;
  readonly summary: string;
  readonly description: string;
  /** Whether an authorizer of ours stands before it, or the function asks for an admin key. */
  readonly access: 'signed-in' | 'public' | 'admin-key';
  readonly parameters?: readonly object[];
  readonly body?: BodyText;
  readonly answers: readonly AnswerText[];
  readonly refusals: readonly RefusalText[];
}

export interface BodyText {
  readonly required: boolean;
  readonly mediaTypes: readonly string[];
  readonly schema: ComponentName | 'anything';
}

export interface AnswerText {
  readonly status: number;
  readonly description: string;
  readonly schema: ComponentName;
}

/** A refusal of the function's own, told from others of its status by the code. */
export interface RefusalText {
  readonly status: number;
  readonly code: string;
  readonly description: string;
  readonly retryAfter?: boolean;
}

/** Refusals that the functions make by their codes. */
export function refusals(...codes: readonly RefusalCode[]): readonly RefusalText[] {
  return codes.map((code) => ({
    status: REFUSALS[code].status,
    code,
    description: REFUSALS[code].message,
    retryAfter: 'retryAfterS' in REFUSALS[code],
  }));
}

/** What API Gateway itself answers with, in place of a function's answer. */
interface GatewayText {
  readonly status: number;
  readonly message: string;
  readonly why: string;
}

const ALWAYS: readonly GatewayText[] = [
  { status: 429, message: 'Too Many Requests', why: 'more requests than the route takes' },
  { status: 500, message: 'Internal Server Error', why: 'a function failed without an answer' },
  { status: 503, message: 'Service Unavailable', why: 'a function did not answer in time' },
];
const BEHIND_AUTHORIZER: readonly GatewayText[] = [
  { status: 401, message: 'Unauthorized', why: 'no session token, or not one that is accepted' },
  { status: 403, message: 'Forbidden', why: 'a valid token of a user who is deleted, banned or deprovisioned' },
];
const WITH_BODY: readonly GatewayText[] = [
  { status: 413, message: 'Request Entity Too Large', why: 'a body above 10 MB' },
];

export function gatewayTexts({ access, body }: Operation): readonly GatewayText[] {
  return [...ALWAYS, ...(access === 'signed-in' ? BEHIND_AUTHORIZER : []), ...(body ? WITH_BODY : [])];
}
