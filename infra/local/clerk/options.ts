import type { LocalClock } from '../clock.ts';
import type { RateLimitOptions } from './rate-limit.ts';

export interface ClerkStandInOptions {
  /** 0 or absent: a free one. */
  readonly port?: number;
  /** Absent: 127.0.0.1. */
  readonly host?: string;
  /** Dates users, events and retries. Tokens and `svix-timestamp` are in wall time: whoever verifies them has no other. */
  readonly clock: LocalClock;
  /**
   * Keeps users, keys, secrets and waiting deliveries over a restart, and moves the clock on to where it stood. Absent:
   * everything ends with the process.
   */
  readonly stateFile?: string;
  /** Decides ids, the order of ties and where faults strike. Absent: the one in the state file, else any. */
  readonly seed?: number;
  /** The claim `azp` of tokens. Absent: `http://localhost:5173`. */
  readonly authorizedParty?: string;
  /** 1 (absent) is Svix's real retry schedule, 0.001 a thousand times faster. */
  readonly retryTimeScale?: number;
  /** Absent: 1,000 requests in 10 s. */
  readonly rateLimit?: RateLimitOptions;
}
