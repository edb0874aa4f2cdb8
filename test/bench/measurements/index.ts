import type { Measurement } from '../measurement.ts';
import { attackTokensRefused } from './attack-tokens.ts';
import { bundleSize } from './bundle-size.ts';
import { coldStart } from './cold-start.ts';
import { unchangedRequest } from './unchanged.ts';
import { firstSight, repeatedToken } from './warm.ts';

/** Everything that `npm run bench` measures, in this order. */
export const MEASUREMENTS: readonly Measurement[] = [
  bundleSize,
  unchangedRequest,
  repeatedToken,
  firstSight,
  coldStart,
  attackTokensRefused,
];
