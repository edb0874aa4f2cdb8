/** How far incremental runs have come, and what the last full run knows of the two counts. */
export interface Watermark {
  /** Every change that Clerk made up to this time has been looked at, ms of Clerk's `updated_at`. */
  readonly updatedAt: number;
  /** How many more users Clerk has than the table has live ones, as far as the last full run knows why; negative for fewer. */
  readonly apart: number;
}

/** The table's one watermark. Every method throws StoreUnavailable. */
export interface WatermarkStore {
  /** @returns undefined until a full run has come to its end */
  get(): Promise<Watermark | undefined>;
  /**
   * Moves the watermark on to a time; never back. Whoever gives no `apart` leaves it, and moves nothing where there is no
   * watermark.
   */
  advance(to: { readonly updatedAt: number; readonly apart?: number }): Promise<void>;
}
