import type { Metrics } from '../../../shared/ports/metrics.ts';
import type { SyncCounts, SyncMeasures, UserCounts } from '../../../shared/ports/sync-measures.ts';

type Measured = readonly [at: number, what: keyof SyncCounts | 'clerkUsers' | 'storedUsers', value: number];

const MINUTE_MS = 60_000;

/** Syncs that somebody waits for: a run's failures are the run's. */
const PATHS = ['authorizer', 'webhook', 'on-demand'];

/** What CloudWatch knows: of every function's metrics those that health asks about, and how often the functions were invoked. */
export class Measures implements SyncMeasures {
  readonly #now: () => number;
  readonly #measured: Measured[] = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  /** A function on a request's path was invoked. */
  invoked(): void {
    this.#measured.push([this.#now(), 'invocations', 1]);
  }

  record(...[name, value, dimensions = {}]: Parameters<Metrics['record']>): void {
    const at = this.#now();
    if (name === 'AuthDenied' || name === 'WebhookRejected') this.#measured.push([at, 'refused', value]);
    if (name === 'SyncFailed' && PATHS.includes(dimensions['Path'] ?? '')) this.#measured.push([at, 'failed', value]);
    if (name === 'ClerkUsers') this.#measured.push([at, 'clerkUsers', value]);
    if (name === 'StoredUsers') this.#measured.push([at, 'storedUsers', value]);
  }

  syncs(lastMinutes: number): Promise<SyncCounts> {
    const sum = (what: keyof SyncCounts): number => this.sumSince(this.#now() - lastMinutes * MINUTE_MS, what);
    return Promise.resolve({ invocations: sum('invocations'), refused: sum('refused'), failed: sum('failed') });
  }

  sumSince(time: number, what: keyof SyncCounts): number {
    return this.#measured.reduce((sum, [at, name, value]) => (name === what && at >= time ? sum + value : sum), 0);
  }

  users(): Promise<UserCounts | undefined> {
    const [clerk, stored] = [this.#last('clerkUsers'), this.#last('storedUsers')];
    return Promise.resolve(clerk && stored && { clerkUsers: clerk[2], storedUsers: stored[2], asOf: clerk[0] });
  }

  #last(what: Measured[1]): Measured | undefined {
    return this.#measured.findLast(([, name]) => name === what);
  }
}
