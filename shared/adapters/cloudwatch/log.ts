import { Logger } from '@aws-lambda-powertools/logger';
import type { Log, LogFacts } from '../../ports/log.ts';

/** A log whose lines can say which invocation they belong to. */
export interface CorrelatedLog extends Log {
  /** Facts that every line carries from now on, in place of those given before: a request's, a message's or a run's id. */
  correlate(facts: LogFacts): void;
}

export interface LogOptions {
  /** The function, as its lines name it. */
  readonly service: string;
  /** The least level that is written; default `info`. */
  readonly level?: 'info' | 'warn' | 'error';
}

/** Structured log on standard output: one line of JSON a call. */
export function createLog({ service, level = 'info' }: LogOptions): CorrelatedLog {
  const logger = new Logger({ serviceName: service, logLevel: LEVELS[level] });
  return {
    info: (message, facts = {}) => logger.info(message, facts),
    warn: (message, facts = {}) => logger.warn(message, facts),
    error: (message, facts = {}) => logger.error(message, facts),
    correlate(facts) {
      logger.resetKeys();
      logger.appendKeys(facts);
    },
  };
}

const LEVELS = { info: 'INFO', warn: 'WARN', error: 'ERROR' } as const;
