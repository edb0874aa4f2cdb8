import { parseJson } from '../../cloud/json.ts';

/** A part that should be running does not answer as it should; the message says which and how. */
export class Unreachable extends Error {
  readonly part: string;

  constructor(part: string, problem: string, cause?: unknown) {
    super(problem, { cause });
    this.part = part;
  }
}

export interface Answer {
  readonly status: number;
  /** Parsed; undefined where the body is no JSON. */
  readonly body: unknown;
}

export interface Call {
  /** Who is called, for people. */
  readonly part: string;
  readonly url: string;
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly body?: unknown;
  readonly key?: string;
  /** Absent: 5 s. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 5_000;

/** @throws Unreachable when there is no answer in time; a status is the caller's to judge */
export async function call({ part, url, method = 'GET', body, key, timeoutMs = TIMEOUT_MS }: Call): Promise<Answer> {
  try {
    const response = await fetch(url, {
      method,
      headers: {
        ...(key !== undefined && { authorization: `Bearer ${key}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    return { status: response.status, body: parseJson(await response.text()) };
  } catch (error) {
    throw new Unreachable(
      part,
      isTimeout(error) ? `does not answer within ${timeoutMs / 1_000} s` : 'does not answer',
      error,
    );
  }
}

/** What a part shows of itself. @throws Unreachable also for any other status than 200 */
export async function look(part: string, url: string): Promise<unknown> {
  const { status, body } = await call({ part, url });
  if (status === 200) return body;
  throw new Unreachable(part, `answers ${status}`);
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === 'TimeoutError';
}
