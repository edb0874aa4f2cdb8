import type { Measurement } from '../measurement.ts';
import { attackTokensRefused } from './attack-tokens.ts';
import { bundleSize } from './bundle-size.ts';
import { coldStart } from './cold-start.ts';
import { costs } from './cost.ts';
import { growth } from './growth.ts';
import { load } from './load.ts';
import { unchangedRun } from './reconciler.ts';
import { unchangedRequest } from './unchanged.ts';
import { ownUser } from './users.ts';
import { firstSight, repeatedToken } from './warm.ts';
import { changedEvent, createdEvent, repeatedEvent } from './webhook.ts';

/** Everything that `npm run bench` measures, in this order. */
export const MEASUREMENTS: readonly Measurement[] = [
  bundleSize,
  unchangedRequest,
  costs,
  repeatedToken,
  firstSight,
  coldStart,
  attackTokensRefused,
  changedEvent,
  createdEvent,
  repeatedEvent,
  ownUser,
  // Rounds of half a minute: a few must do, and three at least, since a peak of memory is of one moment.
  unchangedRun('reconciler', { small: 20_000, large: 100_000, naive: 5_000 }, (asked) =>
    Math.max(3, Math.floor(asked / 6)),
  ),
  // Of the reconciler's tables the largest: its runs, which must find nothing changed, come first.
  growth('growth', [1_000, 10_000, 100_000]),
  load,
];

/** With `--million`, after all others: a table of a million users takes a quarter of an hour to fill. */
export const MILLION_USERS: readonly Measurement[] = [
  unchangedRun('reconciler.million', { small: 20_000, large: 1_000_000, naive: 5_000 }, () => 3),
  growth('growth.million', [1_000_000]),
];
