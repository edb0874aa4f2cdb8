import { connectToEngine } from '../../dynamodb/connect.ts';
import type { LocalClock } from '../../clock.ts';
import type { JsonRecord } from '../json.ts';
import { Pace } from '../pace.ts';
import type { Stack } from '../template/stack.ts';
import { tableDefinitions } from './definition.ts';
import { Sweeper } from './sweeper.ts';

export interface ExpiryOptions {
  readonly stack: Stack;
  readonly engineUrl: string;
  readonly clock: LocalClock;
  readonly onProblem: (line: string) => void;
}

/** Deletes items whose time is over, as DynamoDB does: a while after, not to the second. */
export interface Expiry {
  /**
   * Whether the item with this key was deleted for that: its stream names DynamoDB itself as the one who did. Known until
   * this process ends: a record that is handed over after a restart reads as if somebody else had.
   */
  hasDeleted(tableName: string, keys: JsonRecord): boolean;
  close(): Promise<void>;
}

/** How long after its time an item may still be there, in ms. AWS takes up to some days. */
const EVERY_MS = 60_000;

/** Begins to sweep every table that has a time to live: each minute, and when the local clock was moved. */
export function startExpiry({ stack, engineUrl, clock, onProblem }: ExpiryOptions): Expiry {
  const closing = new AbortController();
  const pace = new Pace(closing.signal);
  const stopListening = clock.onAdvance(() => pace.wake());
  const engine = connectToEngine(engineUrl, stack.region);
  const sweepers = tableDefinitions(stack)
    .filter(({ timeToLiveAttribute }) => timeToLiveAttribute !== undefined)
    .map((table) => new Sweeper({ table, engine, clock }));
  const running = sweepers.map((sweeper) => keepSweeping(sweeper, pace, closing.signal, onProblem));
  return {
    hasDeleted: (tableName, keys) =>
      sweepers.some((sweeper) => sweeper.tableName === tableName && sweeper.hasDeleted(keys)),
    async close() {
      stopListening();
      closing.abort();
      engine.close();
      await Promise.all(running);
    },
  };
}

async function keepSweeping(
  sweeper: Sweeper,
  pace: Pace,
  signal: AbortSignal,
  onProblem: (line: string) => void,
): Promise<void> {
  let mark = pace.mark;
  while (!signal.aborted) {
    try {
      await pace.wait(EVERY_MS, mark);
      const hasMoved = pace.mark !== mark;
      ({ mark } = pace);
      await sweeper.sweep(hasMoved);
    } catch (error) {
      if (!signal.aborted) onProblem(`Expired items of ${sweeper.tableName} were not deleted: ${String(error)}`);
    }
  }
}
