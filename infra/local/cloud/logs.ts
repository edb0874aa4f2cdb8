/** A line that a function wrote to its standard output or error. */
export interface LogEntry {
  readonly functionName: string;
  /** The invocation that was running, or had just ended. Absent before the first. */
  readonly requestId?: string;
  /** When it was read, in ms since 1970. */
  readonly at: number;
  readonly line: string;
}

export interface LogQuery {
  readonly functionName?: string | undefined;
  readonly limit: number;
}

/** Enough to look back at a run; older lines are forgotten. */
const KEPT_LINES = 10_000;

/** Keeps the latest lines of all functions. */
export class LogBook {
  #entries: LogEntry[] = [];

  add(entry: LogEntry): void {
    this.#entries.push(entry);
    // Cut rarely: cutting moves the whole array.
    if (this.#entries.length > KEPT_LINES * 1.1) this.#entries = this.#entries.slice(-KEPT_LINES);
  }

  /** @returns The latest lines, oldest first. */
  latest(query: LogQuery): LogEntry[] {
    const wanted = this.#entries.filter(
      (entry) => query.functionName === undefined || entry.functionName === query.functionName,
    );
    return wanted.slice(-Math.min(query.limit, KEPT_LINES));
  }
}
