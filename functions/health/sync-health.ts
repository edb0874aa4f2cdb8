import type * as z from 'zod/mini';
import type { SyncCounts } from '../../shared/ports/sync-measures.ts';
import type { healthSchema } from '../http/schemas/health.ts';
import { judgeSyncs, LEAST_ATTEMPTS, WINDOW_MINUTES } from './judge-syncs.ts';

/** In the shape that health checks of NestJS have: what is up stands in `info`, what is down in `error`, all in `details`. */
export type SyncHealthBody = z.infer<typeof healthSchema>;

/** @param counts undefined when they cannot be known */
export function syncHealthBody(counts: SyncCounts | undefined): SyncHealthBody {
  const judged = counts ? judgeSyncs(counts) : ({ status: 'unknown' } as const);
  const userSync = { ...judged, windowMinutes: WINDOW_MINUTES, leastAttempts: LEAST_ATTEMPTS };
  const details = { userSync };
  switch (judged.status) {
    case 'up':
      return { status: 'ok', info: { userSync }, error: {}, details };
    case 'down':
      return { status: 'error', info: {}, error: { userSync }, details };
    case 'unknown':
      return { status: 'unknown', info: {}, error: {}, details };
    default:
      return judged satisfies never;
  }
}
