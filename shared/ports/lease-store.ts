/** The right to run: one run at a time has it. */
export interface Lease {
  /** Id of the run that has it. */
  readonly holder: string;
  /** Rises whenever another run takes it: a run that lost it unawares writes in vain. */
  readonly fence: number;
}

/** The lease on the table. Every method throws StoreUnavailable. */
export interface LeaseStore {
  /**
   * Takes the lease, if nobody has it or its time is up. Whoever has it already keeps it, with the same fence.
   *
   * @param until when it lapses unless it is kept, ms
   * @returns the lease as it stands now: the caller's, if it names the caller
   */
  take(holder: string, until: number): Promise<Lease>;
  /**
   * Keeps the lease for longer, also one whose time is up as long as nobody else has taken it.
   * @returns whether it is still the caller's
   */
  keep(lease: Lease, until: number): Promise<boolean>;
  /** Lets go of the lease, if it is still the caller's: writes that name it fail from now on. */
  release(lease: Lease): Promise<void>;
}
