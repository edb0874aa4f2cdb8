import type { LogFacts } from '../../ports/log.ts';
import { createBareLog } from './bare-log.ts';
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

/** @returns the module that makes the log */
export type LogLoader = () => Promise<{ readonly createLog: (options: LogOptions) => CorrelatedLog }>;

/**
 * The same log, for functions that hardly ever write a line: what writes one is a tenth of their bundle, and is loaded when the
 * first line wants to be written. That line, and those that come meanwhile, wait for it with the facts that they were to carry.
 * Nobody is refused for a log that cannot be loaded: its lines are written as they are, and the next line tries again.
 */
export function createLateLog(options: LogOptions, loadLog: LogLoader = () => import('./log.ts')): LateLog {
  let log: CorrelatedLog | undefined;
  let loading: Promise<void> | undefined;
  let requestId: string | undefined;
  let correlated: LogFacts = {};
  const waiting: ((log: CorrelatedLog) => void)[] = [];
  const load = async (): Promise<void> => {
    log = await loadLog().then(
      ({ createLog }) => createLog(options),
      () => undefined,
    );
    const to = log ?? createBareLog(options);
    for (const write of waiting.splice(0)) write(to);
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
