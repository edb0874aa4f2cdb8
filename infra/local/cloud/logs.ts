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
/** And in all so much text, however long the lines are. */
const KEPT_CHARACTERS = 4_000_000;

/** Keeps the latest lines of all functions. */
export class LogBook {
  #entries: LogEntry[] = [];
  #characters = 0;

  add(entry: LogEntry): void {
    this.#entries.push(entry);
    this.#characters += entry.line.length;
    // Cut rarely: cutting moves the whole array.
    if (this.#entries.length > KEPT_LINES * 1.1 || this.#characters > KEPT_CHARACTERS * 1.1) this.#cut();
  }

  /** @returns The latest lines, oldest first. */
  latest(query: LogQuery): LogEntry[] {
    const wanted = this.#entries.filter(
      (entry) => query.functionName === undefined || entry.functionName === query.functionName,
    );
    return wanted.slice(-Math.min(query.limit, KEPT_LINES));
  }

  #cut(): void {
    let first = Math.max(0, this.#entries.length - KEPT_LINES);
    const characters = (from: number): number => this.#entries[from]?.line.length ?? 0;
    for (let n = 0; n < first; n += 1) this.#characters -= characters(n);
    // One line is kept, also where it alone is longer than all may be.
    for (; this.#characters > KEPT_CHARACTERS && first < this.#entries.length - 1; first += 1) {
      this.#characters -= characters(first);
    }
    this.#entries = this.#entries.slice(first);
  }
}
