import { withinTime } from '../../shared/adapters/system/within-time.ts';
import type { Log } from '../../shared/ports/log.ts';
import type { SyncMeasures } from '../../shared/ports/sync-measures.ts';
import type { Clock, Timers } from '../../shared/ports/time.ts';
import type { HttpAnswer, HttpEvent } from '../http/event.ts';
import type { Routes } from '../http/router.ts';
import { jsonAnswer } from '../middleware/answer.ts';
import { factsOfError } from '../middleware/told-errors.ts';
import { WINDOW_MINUTES } from './judge-syncs.ts';
import { remember } from './remember.ts';
import { syncHealthBody } from './sync-health.ts';
import { LOOK_BACK_DAYS, userCountsBody } from './user-counts.ts';

export interface HealthDependencies {
  readonly measures: SyncMeasures;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
}

/** How long an answer is given again, here and by whoever is on the way, s: polling costs one question a minute. */
const KEPT_S = 60;
/** What nobody could say is asked again sooner. */
const UNKNOWN_KEPT_S = 10;
/** For the metrics, ms: the function's own limit is 5 s. */
const ANSWER_WITHIN_MS = 4_000;

/**
 * `GET /health` and `GET /health/user-sync`, for anybody: counts and shares, no name and no user. Each is answered from memory
 * for a minute.
 *
 * What cannot be known is `unknown` with status 200: a 503 would have traffic moved away and people woken because metrics
 * cannot be read, while users are served.
 */
export function healthRoutes(deps: HealthDependencies): Routes<Pick<HttpEvent, 'routeKey'>> {
  const syncs = remembered(deps, async () => {
    const body = syncHealthBody(await known(deps, () => deps.measures.syncs(WINDOW_MINUTES)));
    return answer(body.status === 'error' ? 503 : 200, body);
  });
  const users = remembered(deps, async () => {
    const isKnown = await known(deps, () => deps.measures.users(LOOK_BACK_DAYS));
    return answer(200, userCountsBody(isKnown));
  });
  return {
    'GET /health': async () => (await syncs()).answer,
    'GET /health/user-sync': async () => (await users()).answer,
  };
}

interface Kept {
  readonly answer: HttpAnswer;
  readonly seconds: number;
}

function answer(status: 200 | 503, body: { readonly status: string }): Kept {
  const seconds = body.status === 'unknown' ? UNKNOWN_KEPT_S : KEPT_S;
  return { seconds, answer: jsonAnswer(status, body, { 'cache-control': `public, max-age=${seconds}` }) };
}

function remembered({ clock }: HealthDependencies, ask: () => Promise<Kept>): () => Promise<Kept> {
  return remember({ ask, keepMs: ({ seconds }) => seconds * 1_000, waitMs: ANSWER_WITHIN_MS, clock });
}

/** @returns undefined when it cannot be known, and the log says why */
async function known<T>({ timers, log }: HealthDependencies, ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await withinTime(timers, { timeoutMs: ANSWER_WITHIN_MS }, ask);
  } catch (error) {
    log.warn('metrics cannot be read', factsOfError(error));
    return undefined;
  }
}
