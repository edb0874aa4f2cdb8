import { CANARY } from './hostile.ts';
import type { MemoryLog } from '../../../shared/adapters/memory/log.ts';

/** An answer of a function, as far as it is judged. */
export interface Told {
  readonly statusCode?: number | undefined;
  readonly headers?: unknown;
  readonly body?: string | undefined;
}

/**
 * What must hold of every answer to a stranger: it is one that we give on purpose, with a body in our one form, and neither it, where
 * it is a refusal, nor any line of the log says what was sent.
 *
 * @throws Error that says what does not hold
 */
export function judgeAnswer(answer: Told, log: Pick<MemoryLog, 'lines'>): void {
  const { statusCode = 200, body = '' } = answer;
  if (statusCode >= 500) throw new Error(`It was answered ${statusCode}: ${body}`);
  if (told(log).includes(CANARY)) throw new Error(`The log says what was sent: ${told(log)}`);
  if (statusCode < 400) return;
  const { error } = JSON.parse(body) as { error?: { code?: unknown; message?: unknown } };
  if (typeof error?.code !== 'string' || typeof error.message !== 'string')
    throw new Error(`A refusal without a reason: ${body}`);
  if (JSON.stringify(answer).includes(CANARY)) throw new Error(`The refusal says what was sent: ${body}`);
}

function told(log: Pick<MemoryLog, 'lines'>): string {
  return JSON.stringify(log.lines);
}
