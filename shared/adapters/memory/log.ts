import type { Log, LogFacts } from '../../ports/log.ts';

export interface LogLine {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly facts: LogFacts;
}

/** A log that keeps its lines. */
export interface MemoryLog extends Log {
  /** In the order they were written. */
  readonly lines: readonly LogLine[];
}

export function createMemoryLog(): MemoryLog {
  const lines: LogLine[] = [];
  const at =
    (level: LogLine['level']) =>
    (message: string, facts: LogFacts = {}): void =>
      void lines.push({ level, message, facts });
  return { lines, info: at('info'), warn: at('warn'), error: at('error') };
}
