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
/** And in all so much text, however long the lines are. */
const KEPT_CHARACTERS = 4_000_000;

/** Keeps the latest lines of all functions. */
export class LogBook {
  #entries: NumberedEntry[] = [];
  #added = 0;
  #characters = 0;

  add(entry: LogEntry): void {
    this.#added += 1;
    this.#entries.push({ ...entry, sequence: this.#added });
    this.#characters += entry.line.length;
    // Cut rarely: cutting moves the whole array.
    if (this.#entries.length > KEPT_LINES * 1.1 || this.#characters > KEPT_CHARACTERS * 1.1) this.#cut();
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
