import { randomBytes } from 'node:crypto';
import type { Random } from '../../ports/random.ts';
import type { Clock } from '../../ports/time.ts';
import { systemClock } from './clock.ts';

/** Crockford's base 32: no letter that is mistaken for a digit, and in the order of its values. */
const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz';
const BITS_PER_DIGIT = 5n;
/** 48 bits of time and 80 of randomness, as a ULID has them. */
const LENGTH = 26;
const RANDOM_BYTES = 10;
const RANDOM_BITS = BigInt(RANDOM_BYTES * 8);
/** 32 random bits make one of 2^32 equal steps. */
const STEPS = 2 ** 32;

/**
 * The machine's randomness. Its ids are ULIDs in lower case: 26 characters that sort by the time they were made.
 *
 * @param clock where the ids' time comes from; it may stand still or go back, the ids of one generator still ascend
 */
export function createSystemRandom({ clock }: { readonly clock: Clock } = { clock: systemClock }): Random {
  let last = 0n;
  return {
    next: () => randomBytes(4).readUInt32BE() / STEPS,
    id: () => {
      const fresh = (BigInt(clock.now()) << RANDOM_BITS) | BigInt(`0x${randomBytes(RANDOM_BYTES).toString('hex')}`);
      const sameMillisecond = fresh >> RANDOM_BITS <= last >> RANDOM_BITS;
      last = sameMillisecond ? last + 1n : fresh;
      return base32(last);
    },
  };
}

function base32(value: bigint): string {
  const digits = Array.from({ length: LENGTH }, (_, place) => {
    const shift = BigInt(LENGTH - 1 - place) * BITS_PER_DIGIT;
    return DIGITS.charAt(Number((value >> shift) & 31n));
  });
  return digits.join('');
}
