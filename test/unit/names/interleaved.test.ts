import { describe, expect, it } from 'vitest';
import { playInterleaved } from '../../support/names/interleaved.ts';

/** `NAMES_SEED=17 npx vitest run test/unit/names` plays one history again. */
const given = process.env['NAMES_SEED'];
const HISTORIES = 1_500;

describe('Events, deletions, restorations, erasures and resolvers at once on few names', () => {
  it(
    'break nothing in any order, and leave nobody waiting for a name that nobody has',
    { timeout: 120_000 },
    async () => {
      const seeds = given === undefined ? Array.from({ length: HISTORIES }, (_, n) => n + 1) : [Number(given)];
      for (const seed of seeds) {
        const { broken, left } = await playInterleaved(seed);
        expect({ seed, broken, left }).toEqual({ seed, broken: [], left: [] });
      }
    },
  );
});
