const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** What Clerk and Svix append to their prefixes (a KSUID) has 27 base62 characters. */
const ID_LENGTH = 27;

/** A seeded generator: the same seed draws the same numbers, so that a run can be replayed. Not for secrets. */
export interface SeededRandom {
  /** A number from 0 up to, not including, 1. */
  next(): number;
  /** True with this probability (0 to 1). Draws nothing at 0 and 1, which keeps unused faults out of the sequence. */
  chance(rate: number): boolean;
  /** `prefix` and 27 base62 characters, the way Clerk's ids look. */
  id(prefix: string): string;
  /** Where the generator stands: give it to {@link seededRandom} to go on from here. */
  position(): number;
}

/** mulberry32: a counter of 32 bits behind a mixing function; no two positions repeat before 2^32 draws. */
export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    chance: (rate) => rate >= 1 || (rate > 0 && next() < rate),
    id: (prefix) => prefix + Array.from({ length: ID_LENGTH }, () => ALPHABET[Math.floor(next() * 62)]).join(''),
    position: () => state,
  };
}

/** FNV-1a over a text, started from the seed: an order among ids that the seed alone decides. */
export function seededRank(seed: number, text: string): number {
  let hash = (seed ^ 0x811c9dc5) >>> 0;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}
