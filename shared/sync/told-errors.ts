import type { LogFacts } from '../ports/log.ts';

/** Errors of ours whose messages name a setting and what to do, and never hold a value: the one on call needs to read them. */
const TOLD = new Set([
  'ConfigInvalid',
  'SecretInvalid',
  'SecretsUnavailable',
  'StoreUnavailable',
  'DirectoryUnavailable',
  'MeasuresUnavailable',
]);

/** What the log may say of an unexpected error: its kind and place, and its message only where it is one of ours. */
export function factsOfError(error: unknown): LogFacts {
  if (!(error instanceof Error)) return { error: typeof error };
  return { error: error.name, reason: TOLD.has(error.name) ? error.message : undefined, stack: framesOf(error) };
}

/** The frames of a stack without its first lines, which repeat the message. */
function framesOf(error: Error): string[] {
  return (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 8)
    .map((line) => line.trim());
}
