import { ENVIRONMENT } from '../names/environment.ts';
import type { Environment } from './field.ts';
import { choice, parseWith } from './field.ts';

/** What every function has. */
export interface LogConfig {
  /** The least level that its log has. */
  readonly logLevel: 'info' | 'warn' | 'error';
}

export const logLevel = choice(ENVIRONMENT.logLevel, ['info', 'warn', 'error'], 'info');

/**
 * The configuration of a function that needs no other.
 * @throws ConfigInvalid that says what is wrong
 */
export function parseLogConfig(environment: Environment): LogConfig {
  return parseWith(environment, (read) => ({ logLevel: read(logLevel) }));
}
