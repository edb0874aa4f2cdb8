import type { DurableHost } from '../../support/reconciler/durable-host.ts';
import { refuseChanges, startEmpty, startNaive, startOurs } from '../reconcilers.ts';
import type { World } from '../world.ts';
import type { Counted } from './prices.ts';
import { countedOf } from './requests.ts';

const USERS = 100;
const MILLION = 1_000_000;
/** What one unit reads from the index, which is eventually consistent, bytes. */
const READ_BY_A_UNIT = 8_192;

/**
 * A user of ours among a million: found as she was by a full run, and stored by a first one. What a run costs however many
 * users there are (its record, its lease, the months since 1970) is what a run over few finds; each user more is a row of the
 * index, whose bytes are read by the unit. That a run over 100,000 is charged so, the row `reconciler.reads` shows.
 */
export async function userOfARun(
  world: World,
  durable: DurableHost,
): Promise<Record<'unchanged' | 'imported', Counted>> {
  const stored = await startOurs(world, durable, USERS);
  const { answer: unchanged, ...nightly } = await stored.count();
  refuseChanges(unchanged, USERS);
  const { answer, ...first } = await (await startEmpty(world, durable, USERS)).count();
  const { created } = answer as { readonly created: number };
  if (created !== USERS) throw new Error(`Of ${USERS} users a first run has stored ${created}.`);
  const once = countedOf(nightly, 1);
  const units = stored.table.indexBytes / USERS / READ_BY_A_UNIT;
  const row = { readUnits: units, writeUnits: 0, logBytes: 0, metricCalls: 0, calls: 0 };
  // More steps, not more users, make the run's own record and its metrics.
  const each = { ...eachBeyond(countedOf(first, 1), once), writeUnits: first.userWriteUnits / USERS, metricCalls: 0 };
  return { unchanged: amongMany(row, once), imported: amongMany(each, once) };
}

/** What a user costs the naive loop: the same, whether she has changed or not, or is new. */
export async function naiveUser(world: World): Promise<Counted> {
  const { answer: _answer, ...spent } = await (await startNaive(world, USERS)).count();
  return countedOf(spent, USERS);
}

function eachBeyond(all: Counted, once: Counted): Counted {
  return combined(all, once, (sum, ofTheRun) => (sum - ofTheRun) / USERS);
}

function amongMany(each: Counted, once: Counted): Counted {
  return combined(each, once, (one, ofTheRun) => one + ofTheRun / MILLION);
}

function combined(a: Counted, b: Counted, by: (a: number, b: number) => number): Counted {
  return {
    readUnits: by(a.readUnits, b.readUnits),
    writeUnits: by(a.writeUnits, b.writeUnits),
    logBytes: by(a.logBytes, b.logBytes),
    metricCalls: by(a.metricCalls, b.metricCalls),
    calls: by(a.calls, b.calls),
  };
}
