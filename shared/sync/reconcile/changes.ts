import type { MergeOutcome } from '../../domain/decision.ts';

/** What a run has changed. */
export interface Changes {
  readonly created: number;
  readonly updated: number;
  readonly deleted: number;
  readonly restored: number;
  /** Users that the table cannot keep: each is logged with the reason. */
  readonly unstorable: number;
  /** Stored users that differed from Clerk, by field. A created user is not drift. */
  readonly drift: Readonly<Record<string, number>>;
}

export const NO_CHANGES: Changes = { created: 0, updated: 0, deleted: 0, restored: 0, unstorable: 0, drift: {} };

export function addChanges(a: Changes, b: Changes): Changes {
  const drift = { ...a.drift };
  for (const [field, users] of Object.entries(b.drift)) drift[field] = (drift[field] ?? 0) + users;
  return {
    created: a.created + b.created,
    updated: a.updated + b.updated,
    deleted: a.deleted + b.deleted,
    restored: a.restored + b.restored,
    unstorable: a.unstorable + b.unstorable,
    drift,
  };
}

/** What a chunk has changed. */
export interface ChunkChanges {
  readonly changes: Changes;
  /** What was done to users whom the next chunk meets, and counts, again: it counts for itself where no chunk follows. */
  readonly unfinished: Changes;
}

/** Counts changes as they happen. */
export interface ChangeCounter {
  settled(outcome: MergeOutcome, changedFields: readonly string[]): void;
  unstorable(): void;
  add(changes: Changes): void;
  total(): Changes;
}

export function createChangeCounter(): ChangeCounter {
  let total = NO_CHANGES;
  return {
    settled(outcome, changedFields) {
      total = addChanges(total, changeOf(outcome, changedFields));
    },
    unstorable() {
      total = { ...total, unstorable: total.unstorable + 1 };
    },
    add(changes) {
      total = addChanges(total, changes);
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
