import { TABLE } from '../../names/table.ts';
import { MalformedItem } from '../../ports/malformed-item.ts';
import type { Run, RunCounts } from '../../ports/run-store.ts';
import type { Unreadable } from '../../ports/unreadable.ts';
import type { Attributes } from './attribute-value.ts';
import { sortKey } from './creation-index.ts';
import type { AttributeInput } from './json-attributes.ts';
import { toAttribute } from './json-attributes.ts';
import type { AttributeReader } from './read-attributes.ts';
import { readerOf } from './read-attributes.ts';
import { itemOfReport, parseReport } from './run-report.ts';
import { isoTime } from './user-item.ts';

const STATUSES = [
  'requested',
  'running',
  'in-sync',
  'repaired',
  'drift',
  'held',
  'failed',
  'skipped',
] as const satisfies Run['status'][];

const MODES = ['full', 'incremental', 'approve', 'user'] as const satisfies Run['mode'][];

/** The index partition of runs. */
export const RUNS = 'runs';

const KEY_PREFIX = 'run#';

export function runKey(id: string): string {
  return `${KEY_PREFIX}${id}`;
}

export function itemOfRun(run: Run): Record<string, AttributeInput> {
  return {
    [TABLE.partitionKey]: runKey(run.id),
    id: run.id,
    mode: run.mode,
    ...(run.approves !== undefined && { approves: run.approves }),
    ...(run.userId !== undefined && { userId: run.userId }),
    ...(run.dryRun && { dryRun: true }),
    ...(run.force && { force: true }),
    ...(run.hasJudged && { hasJudged: true }),
    ...(run.since !== undefined && { since: isoTime(run.since) }),
    ...(run.becauseFull !== undefined && { becauseFull: run.becauseFull }),
    status: run.status,
    startedAt: isoTime(run.startedAt),
    ...(run.endedAt !== undefined && { endedAt: isoTime(run.endedAt) }),
    counts: toAttribute({ ...run.counts }),
    drift: toAttribute({ ...run.drift }),
    report: itemOfReport(run.report),
    ...(run.heldBecause !== undefined && { heldBecause: run.heldBecause }),
    ...(run.failedBecause !== undefined && { failedBecause: run.failedBecause }),
    ...(run.skippedBecause !== undefined && { skippedBecause: run.skippedBecause }),
    [TABLE.index.partitionKey]: RUNS,
    [TABLE.index.sortKey]: sortKey(run.startedAt, run.id),
  };
}

export function parseRun(item: Attributes): Run {
  const read = readerOf(item);
  const approves = read.optionalText('approves');
  const userId = read.optionalText('userId');
  const since = read.optionalTime('since');
  const becauseFull = read.optionalText('becauseFull');
  const skippedBecause = read.optionalText('skippedBecause');
  return {
    id: read.text('id'),
    mode: read.oneOf('mode', MODES),
    ...(approves !== undefined && { approves }),
    ...(userId !== undefined && { userId }),
    ...(read.has('dryRun') && { dryRun: true }),
    ...(read.has('force') && { force: true }),
    ...(read.has('hasJudged') && { hasJudged: true }),
    ...(since !== undefined && { since }),
    ...(becauseFull !== undefined && { becauseFull }),
    status: read.oneOf('status', STATUSES),
    startedAt: read.time('startedAt'),
    endedAt: read.optionalTime('endedAt'),
    counts: parseCounts(read.inside('counts')),
    drift: read.numbers('drift'),
    report: read.has('report') ? parseReport(read.inside('report')) : {},
    heldBecause: read.optionalText('heldBecause'),
    failedBecause: read.optionalText('failedBecause'),
    ...(skippedBecause !== undefined && { skippedBecause }),
  };
}

/** Its key may be somebody's address, and what is said of a run is logged. */
const NO_RUN: Unreadable = {
  id: 'no-run',
  unreadable: 'An item stands among the runs of the index (group "runs") and is none: remove its index keys.',
};

/** As one of many: a record that cannot be read must not hide the others, and must not be passed over either. */
export function parseListedRun(item: Attributes): Run | Unreadable {
  try {
    return parseRun(item);
  } catch (error) {
    if (!(error instanceof MalformedItem)) throw error;
    const key = readerOf(item).text(TABLE.partitionKey);
    if (!key.startsWith(KEY_PREFIX)) return NO_RUN;
    return { id: key.slice(KEY_PREFIX.length), unreadable: error.message };
  }
}

function parseCounts(read: AttributeReader): RunCounts {
  const erasedInClerk = read.optionalNumber('erasedInClerk');
  return {
    clerkUsers: read.number('clerkUsers'),
    storedUsers: read.number('storedUsers'),
    created: read.number('created'),
    updated: read.number('updated'),
    deleted: read.number('deleted'),
    restored: read.number('restored'),
    suspects: read.number('suspects'),
    conflicts: read.optionalNumber('conflicts') ?? 0,
    ...(erasedInClerk !== undefined && { erasedInClerk }),
  };
}
