import { Logger } from '@aws-lambda-powertools/logger';
import type { Log, LogFacts } from '../../ports/log.ts';

/** A log whose lines can say which invocation they belong to. */
export interface CorrelatedLog extends Log {
  /** Every line says from now on that it belongs to this request. */
  beginRequest(requestId: string | undefined): void;
  /** Facts that every line carries from now on, in place of those given before: a message's or a run's id. */
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
  let request: LogFacts = {};
  let correlated: LogFacts = {};
  // Put together when a line is written: most requests write none.
  const all = (facts: LogFacts = {}): LogFacts => ({ ...request, ...correlated, ...facts });
  return {
    info: (message, facts) => logger.info(message, all(facts)),
    warn: (message, facts) => logger.warn(message, all(facts)),
    error: (message, facts) => logger.error(message, all(facts)),
    beginRequest(requestId) {
      request = { requestId };
    },
    correlate(facts) {
      correlated = facts;
    },
  };
}

const LEVELS = { info: 'INFO', warn: 'WARN', error: 'ERROR' } as const;
