/** A line that a function wrote to its standard output or error. */
export interface LogEntry {
  readonly functionName: string;
  /** The invocation that was running, or had just ended. Absent before the first. */
  readonly requestId?: string;
  /** When it was read, in ms since 1970. */
  readonly at: number;
  readonly line: string;
}

/** A line, and its place among all that there have been. */
export interface NumberedEntry extends LogEntry {
  /** From 1, without gaps. */
  readonly sequence: number;
}

export interface LogQuery {
  readonly functionName?: string | undefined;
  readonly limit: number;
  /** Only lines with a greater `sequence`. */
  readonly after?: number | undefined;
}

/** Enough to look back at a run; older lines are forgotten. */
const KEPT_LINES = 10_000;

/** Keeps the latest lines of all functions. */
export class LogBook {
  #entries: NumberedEntry[] = [];
  #added = 0;

  add(entry: LogEntry): void {
    this.#added += 1;
    this.#entries.push({ ...entry, sequence: this.#added });
    // Cut rarely: cutting moves the whole array.
    if (this.#entries.length > KEPT_LINES * 2) this.#entries = this.#entries.slice(-KEPT_LINES);
  }

  /** @returns The latest lines, oldest first. */
  latest({ functionName, limit, after = 0 }: LogQuery): NumberedEntry[] {
    // They are in order and without gaps: what is new need not be searched for.
    const first = this.#entries[0]?.sequence ?? 1;
    const wanted = this.#entries
      .slice(Math.max(0, after + 1 - first))
      .filter((entry) => functionName === undefined || entry.functionName === functionName);
    return wanted.slice(-Math.min(limit, KEPT_LINES));
  }
}
