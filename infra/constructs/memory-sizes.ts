/**
 * Megabytes of each function; the share of a processor follows them. Without the CDK, so that the bench starts a function's
 * Node with the heap that Lambda would give it, and reckons what its time costs, by the sizes that are deployed.
 */
export const MEMORY_SIZES = {
  /** An import of 5,000 people is bound by the processor, and API Gateway waits for 30 s. */
  admin: 1_024,
  /** Every signed-in request waits for it, and its work is bound by the processor. */
  authorizer: 1_024,
  /** More than half a core: a user who is written takes 2 ms of one, and a first import writes everybody (ADR 14). */
  reconciler: 1_024,
  health: 256,
  /** Every other one. */
  others: 512,
} as const;
