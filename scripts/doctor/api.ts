import type { Patient } from './patient.ts';

export interface Answered {
  readonly status: number;
  /** What its JSON says; empty where it is none. */
  readonly body: Readonly<Record<string, unknown>>;
}

const LIMIT_MS = 15_000;

/**
 * A route of the API, where it is reached.
 * @throws Error that says what to do where the stack does not tell
 */
export function apiUrl({ place, outputs }: Patient, path: string): string {
  const base = place.api ?? outputs['ApiUrl'];
  if (base !== undefined) return `${base.replace(/\/+$/, '')}${path}`;
  throw new Error(`The stack ${place.stackName} has no output ApiUrl: say where the API is reached with --api URL.`);
}

/**
 * Asks the API. A redirect is no answer of ours.
 * @throws Error that names the address where nothing answers
 */
export async function ask(url: string, init: RequestInit = {}): Promise<Answered> {
  const signal = AbortSignal.timeout(LIMIT_MS);
  const response = await fetch(url, { ...init, signal, redirect: 'manual' }).catch((cause: unknown) => {
    throw new Error(`Nothing answers at ${url} from here.`, { cause });
  });
  const body: unknown = await response.json().catch(() => ({}));
  return { status: response.status, body: typeof body === 'object' && body !== null ? { ...body } : {} };
}
