import type { Invariant, Signed } from './invariant.ts';

/** A container keeps what it has read for five minutes, and looks again after a failure every half minute (ms); a read takes its time. */
const KEPT_MS = 5 * 60_000;
const LOOKED_AGAIN_MS = 30_000;
const READ_MS = 2_000;

export const keysAreFollowed: Invariant = {
  number: 15,
  name: 'keys-are-followed',
  promise:
    'Nothing is accepted that is signed by anybody else, or with what was taken out five minutes ago; what was put in half a ' +
    'minute ago is good in every container.',
  watch: ({ now }, isBroken) => ({
    signed(signed) {
      const { what, startedAt, terms, isAccepted } = signed;
      if (isAccepted) {
        const wasGood = terms.some(({ from, until }) => from <= now() && until >= startedAt - KEPT_MS - READ_MS);
        if (!wasGood) isBroken(`A ${what} was accepted whose key is none of ours.`);
      } else if (isGoodForLong(signed, now())) isBroken(`A ${what} was refused whose key is ours.`);
    },
  }),
};

function isGoodForLong({ terms, startedAt }: Signed, now: number): boolean {
  return terms.some(({ from, until }) => from < startedAt - LOOKED_AGAIN_MS - READ_MS && until > now);
}
