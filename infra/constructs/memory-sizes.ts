/**
 * Megabytes of each function; the share of a processor follows them. Without the CDK, so that the bench starts a function's
 * Node with the heap that Lambda would give it, and reckons what its time costs, by the sizes that are deployed.
 */
export const MEMORY_SIZES = {
  /** An import of 5,000 people is bound by the processor, and API Gateway waits for 30 s. */
  admin: 1_024,
  /** Every signed-in request waits for it, and its work is bound by the processor. */
  authorizer: 1_024,
  /**
   * An unchanged night is bound by Clerk's pages. A run's memory is flat from 20,000 users on with the small heap that Lambda
   * gives to 512 MB; a first import of millions is bound by the processor, and may be given more (ADR 14).
   */
  reconciler: 512,
  health: 256,
  /** Every other one. */
  others: 512,
} as const;

/**
 * For the reconciler, whose memory its limit bounds: glibc gives threads arenas of their own, and V8's threads free what the
 * main one has allocated, so that each arena keeps pages of which hardly anything is in use (`MALLOC_ARENA_MAX`, mallopt(3)).
 * A flag of Node's would do more and is not to be had: Lambda's own, on the command line, count before `NODE_OPTIONS`.
 */
export const ONE_ARENA = { MALLOC_ARENA_MAX: '1' } as const;
