import type { MergeOutcome } from '../../domain/decision.ts';
import type { DriftReport } from '../../ports/run-store.ts';
import type { Finding } from './drift-cause.ts';
import type { IdsReported } from './drift-report.ts';
import { addCounts, addReports, metAgain, MOST_IDS, withFinding } from './drift-report.ts';

/** What a run has changed. */
export interface Changes {
  readonly created: number;
  readonly updated: number;
  readonly deleted: number;
  readonly restored: number;
  /** Users that the table cannot keep: each is logged with the reason. */
  readonly unstorable: number;
  /** Users whose item cannot be read: each is logged with the attribute. */
  readonly unreadable: number;
  /** Suspects at whom something failed that nobody expects: each is logged with the place in the code. */
  readonly unsettled: number;
  /** Stored users that differed from Clerk, by field. A created user is not drift. */
  readonly drift: Readonly<Record<string, number>>;
  /** Who differed, in what and probably why. */
  readonly report: DriftReport;
}

export const NO_CHANGES: Changes = {
  created: 0,
  updated: 0,
  deleted: 0,
  restored: 0,
  unstorable: 0,
  unreadable: 0,
  unsettled: 0,
  drift: {},
  report: {},
};

/** @param mostIdsOf ids that the sum's report may have, by kind */
export function addChanges(a: Changes, b: Changes, mostIdsOf?: (kind: string) => number): Changes {
  const again = metAgain(a.report['unreadable'], b.report['unreadable']);
  const unreadable = a.unreadable + b.unreadable - Math.min(b.unreadable, again);
  return { ...addUp(a, b), unreadable, report: addReports(a.report, b.report, mostIdsOf) };
}

/** What was done, without the users whom the run has found and left as they are. */
export function withoutLeft(changes: Changes): Changes {
  const { unreadable: _left, ...report } = changes.report;
  return { ...changes, unstorable: 0, unreadable: 0, report };
}

function addUp(a: Changes, b: Changes): Changes {
  return {
    created: a.created + b.created,
    updated: a.updated + b.updated,
    deleted: a.deleted + b.deleted,
    restored: a.restored + b.restored,
    unstorable: a.unstorable + b.unstorable,
    unreadable: a.unreadable + b.unreadable,
    unsettled: a.unsettled + b.unsettled,
    drift: addCounts(a.drift, b.drift),
    report: a.report,
  };
}

/** What came of one user. */
export interface Settlement {
  readonly userId: string;
  readonly outcome: MergeOutcome;
  readonly changedFields: readonly string[];
  readonly findings: readonly Finding[];
}

/** What a chunk has changed. */
export interface ChunkChanges {
  readonly changes: Changes;
  /** What was done to users whom the next chunk meets, and counts, again: it counts for itself where no chunk follows. */
  readonly unfinished: Changes;
}

/** Counts changes as they happen. */
export interface ChangeCounter {
  settled(settlement: Settlement): void;
  unstorable(): void;
  unreadable(userId: string): void;
  unsettled(): void;
  add(changes: Changes): void;
  total(): Changes;
}

/**
 * @param reported ids that the run's report has already: what a chunk answers is kept by the durable execution, and must not
 * name a hundred more each time
 */
export function createChangeCounter(reported: IdsReported = {}): ChangeCounter {
  let total = NO_CHANGES;
  const mostIdsOf = (kind: string): number => Math.max(0, MOST_IDS - (reported[kind] ?? 0));
  const find = (userId: string, findings: readonly Finding[]): void => {
    for (const finding of findings) {
      total = { ...total, report: withFinding(total.report, userId, finding, mostIdsOf(finding.kind)) };
    }
  };
  return {
    settled({ userId, outcome, changedFields, findings }) {
      total = addUp(total, changeOf(outcome, changedFields));
      find(userId, findings);
    },
    unstorable() {
      total = { ...total, unstorable: total.unstorable + 1 };
    },
    unreadable(userId) {
      const report = withFinding({}, userId, { kind: 'unreadable', cause: 'hand-edit' }, MOST_IDS);
      total = addChanges(total, { ...NO_CHANGES, unreadable: 1, report }, mostIdsOf);
    },
    unsettled() {
      total = { ...total, unsettled: total.unsettled + 1 };
    },
    add(changes) {
      total = addChanges(total, changes, mostIdsOf);
    },
    total: () => total,
  };
}

function changeOf(outcome: MergeOutcome, changedFields: readonly string[]): Changes {
  switch (outcome) {
    case 'created':
    case 'deleted':
      return { ...NO_CHANGES, [outcome]: 1 };
    case 'updated':
    case 'restored':
      return { ...NO_CHANGES, [outcome]: 1, drift: Object.fromEntries(changedFields.map((field) => [field, 1])) };
    case 'unchanged':
    case 'stale':
      return NO_CHANGES;
    default:
      return outcome satisfies never;
  }
}
