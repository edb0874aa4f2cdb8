import type { LogFacts } from '../../ports/log.ts';
import type { CorrelatedLog, LogOptions } from './log.ts';

const RANKS = { info: 0, warn: 1, error: 2 } as const;

type Level = keyof typeof RANKS;

/** Structured log without a package: what is left when the other one cannot be loaded. The same members, and fewer of them. */
export function createBareLog({ service, level: least = 'info' }: LogOptions): CorrelatedLog {
  let request: LogFacts = {};
  let correlated: LogFacts = {};
  const write = (level: Level, message: string, facts: LogFacts = {}): void => {
    if (RANKS[level] < RANKS[least]) return;
    // Without a time: CloudWatch puts its own on each line.
    const line = { level: level.toUpperCase(), message, service };
    process.stdout.write(`${JSON.stringify({ ...line, ...request, ...correlated, ...facts })}\n`);
  };
  return {
    info: (message, facts) => write('info', message, facts),
    warn: (message, facts) => write('warn', message, facts),
    error: (message, facts) => write('error', message, facts),
    beginRequest(requestId) {
      request = { requestId };
    },
    correlate(facts) {
      correlated = facts;
    },
  };
}
