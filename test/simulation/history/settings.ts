import type { ReconcileLimits } from '../../../shared/sync/reconcile/dependencies.ts';
import { RECONCILE_LIMITS } from '../../../shared/sync/reconcile/dependencies.ts';
import type { ReturningUser } from '../../../shared/sync/names/returning-user.ts';
import type { Draws } from '../draws.ts';
import { drawsOf } from '../draws.ts';
import { CACHE_MS } from '../parties/gateway.ts';

/** How the functions of a history are deployed. */
export interface Settings {
  readonly limits: ReconcileLimits;
  /** After so many days a deleted user's values are erased; undefined for never. */
  readonly retentionDays: number | undefined;
  /** Whether people who were registered beforehand are linked. */
  readonly hasRoster: boolean;
  readonly returningUser: ReturningUser;
  /** How long API Gateway keeps an answer of the authorizer, ms. */
  readonly cacheMs: number;
  /** Whether somebody edits items in this history: then only a forced run makes the table equal to Clerk. */
  readonly hasHands: boolean;
}

export function settingsOf(seed: number): Settings {
  const draws = drawsOf(seed, 'world');
  return {
    limits: limitsOf(draws),
    retentionDays: draws.pick([undefined, 0.5]),
    hasRoster: draws.chance(0.5),
    returningUser: draws.pick(['fresh', 'relink']),
    cacheMs: drawsOf(seed, 'gateway').pick([0, CACHE_MS, CACHE_MS]),
    hasHands: drawsOf(seed, 'hands').chance(0.35),
  };
}

/** Small pages, chunks and guards, so that a handful of people meets every bound. */
function limitsOf(draws: Draws): ReconcileLimits {
  return {
    ...RECONCILE_LIMITS,
    pageSize: draws.between(1, 5),
    windows: draws.between(1, 4),
    largeMoment: draws.pick([1, 2, 5_000]),
    mostChanged: draws.pick([3, 20_000]),
    chunkMs: draws.pick([30, 200, 60_000]),
    atOnce: draws.between(1, 4),
    guard: draws.pick([
      { most: 4, mostOfAll: 0.5, share: 0.1, few: 2 },
      { most: 10, mostOfAll: 0.5, share: 0.2, few: 3 },
      RECONCILE_LIMITS.guard,
    ]),
  };
}
