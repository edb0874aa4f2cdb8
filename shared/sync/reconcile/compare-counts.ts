/** The two numbers of users, as an incremental run takes them. */
export interface Counts {
  /** Live users of the table. */
  readonly stored: number;
  /** Clerk's own count, before those were counted and after. */
  readonly clerk: readonly [number, number];
  /** How many more Clerk is known to have, by the last full run; negative for fewer. */
  readonly apart: number;
}

/**
 * Whether the table may be complete. Users come and go while both are counted, so anything between Clerk's two counts will do;
 * and of those whom the last full run knew to be in one of the two only, any number may have been settled since.
 */
export function areCountsEqual({ stored, clerk, apart }: Counts): boolean {
  const fewest = Math.min(...clerk) - Math.max(0, apart);
  const most = Math.max(...clerk) - Math.min(0, apart);
  return stored >= fewest && stored <= most;
}
