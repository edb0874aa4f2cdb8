/** Which Clerk instance the table belongs to. */
export interface InstanceStore {
  /**
   * Claims the table for an instance if no one has, and says whose it is.
   * @returns the instance that the table belongs to from now on
   * @throws StoreUnavailable
   */
  claim(instanceId: string): Promise<string>;
  /** @returns the instance that the table belongs to; undefined while no one has claimed it */
  get(): Promise<string | undefined>;
}
