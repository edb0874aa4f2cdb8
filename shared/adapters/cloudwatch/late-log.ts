import type { LogFacts } from '../../ports/log.ts';
import type { CorrelatedLog, LogOptions } from './log.ts';

/** A log that is loaded with its first line. */
export interface LateLog extends CorrelatedLog {
  /**
   * To be awaited before an invocation is answered: a container may be frozen then.
   * @returns undefined when every line is written
   */
  written(): Promise<void> | undefined;
}

type Level = 'info' | 'warn' | 'error';

/**
 * The same log, for functions that hardly ever write a line: what writes one is a tenth of their bundle, and is loaded when the
 * first line wants to be written. That line, and those that come meanwhile, wait for it with the facts that they were to carry.
 */
export function createLateLog(options: LogOptions): LateLog {
  let log: CorrelatedLog | undefined;
  let loading: Promise<void> | undefined;
  let requestId: string | undefined;
  let correlated: LogFacts = {};
  const waiting: ((log: CorrelatedLog) => void)[] = [];
  const load = async (): Promise<void> => {
    const { createLog } = await import('./log.ts');
    log = createLog(options);
    for (const write of waiting.splice(0)) write(log);
    loading = undefined;
  };
  const line = (level: Level, message: string, facts: LogFacts | undefined): void => {
    const [ofRequest, ofCorrelation] = [requestId, correlated];
    const write = (to: CorrelatedLog): void => {
      to.beginRequest(ofRequest);
      to.correlate(ofCorrelation);
      to[level](message, facts);
    };
    if (log) return write(log);
    waiting.push(write);
    loading ??= load();
  };
  return {
    info: (message, facts) => line('info', message, facts),
    warn: (message, facts) => line('warn', message, facts),
    error: (message, facts) => line('error', message, facts),
    beginRequest(id) {
      requestId = id;
    },
    correlate(facts) {
      correlated = facts;
    },
    written: () => loading,
  };
}
