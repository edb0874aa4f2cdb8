/** What goes wrong on purpose between a client and the engine. Rates are probabilities from 0 to 1, for each call. */
export interface StoreFaults {
  /** Refused for its rate, as an overloaded table or account does. Nothing is applied. */
  readonly throttle: number;
  /** Refused for a transaction that is under way: writes and transactions only. Nothing is applied. */
  readonly conflict: number;
  /** Answered with a 500: half of the writes are applied all the same, as AWS warns. */
  readonly error500: number;
  /** The connection is reset before the engine has seen the call. */
  readonly resetBefore: number;
  /** The connection is reset after the engine has applied the call: its answer is lost. */
  readonly resetAfter: number;
  /** Every call takes this much longer, in ms: half of it on the way there, half on the way back. */
  readonly slowMs: number;
  /** Whether nobody can be reached: connections are refused, or taken and never answered; `true` is half of either. */
  readonly down: boolean | 'refusing' | 'silent';
  /** A batch of two or more leaves a part of it unprocessed. */
  readonly partialBatch: number;
  /** An eventually consistent `GetItem` is answered as the table was so many writes ago. */
  readonly staleReads: { readonly rate: number; readonly writes: number };
  /** By how many writes of the table its indexes lag. */
  readonly indexLag: number;
  /** Whether an index is held to what it projects, as AWS does and local engines do not. */
  readonly refuseUnprojected: boolean;
}

export const NO_FAULTS: StoreFaults = {
  throttle: 0,
  conflict: 0,
  error500: 0,
  resetBefore: 0,
  resetAfter: 0,
  slowMs: 0,
  down: false,
  partialBatch: 0,
  staleReads: { rate: 0, writes: 0 },
  indexLag: 0,
  refuseUnprojected: false,
};

/**
 * @returns the whole set: what is not given is no fault
 * @throws RangeError naming the fault whose value makes no sense
 */
export function completeFaults(given: Partial<StoreFaults>): StoreFaults {
  const faults = { ...NO_FAULTS, ...given };
  const { throttle, conflict, error500, resetBefore, resetAfter, partialBatch, staleReads } = faults;
  const rates = {
    throttle,
    conflict,
    error500,
    resetBefore,
    resetAfter,
    partialBatch,
    'staleReads.rate': staleReads.rate,
  };
  for (const [name, rate] of Object.entries(rates)) {
    if (!(rate >= 0 && rate <= 1)) throw new RangeError(`${name} is ${rate}: a rate is from 0 to 1.`);
  }
  const amounts = { slowMs: faults.slowMs, indexLag: faults.indexLag, 'staleReads.writes': staleReads.writes };
  for (const [name, amount] of Object.entries(amounts)) {
    if (!(amount >= 0)) throw new RangeError(`${name} is ${amount}: it must be 0 or more.`);
  }
  return faults;
}
