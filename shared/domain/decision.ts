import { changedFields } from './changed-fields.ts';
import type { ChangedField } from './changed-fields.ts';
import type { MirroredUser } from './user.ts';

/** What came of a snapshot, when the rule could decide. */
export type MergeOutcome = 'created' | 'updated' | 'unchanged' | 'stale' | 'deleted' | 'restored';

/** The rule's answer. `write` says whether `next` differs from what is stored and must be written. */
export type Decision = { readonly ask: true } | Settled;

export interface Settled {
  readonly ask: false;
  readonly outcome: MergeOutcome;
  readonly write: boolean;
  readonly next: MirroredUser;
  /** Names of the fields whose values differ: never their values. Empty when only a version moved. */
  readonly changedFields: readonly ChangedField[];
}

export const ASK: Decision = { ask: true };

export function write(
  outcome: Exclude<MergeOutcome, 'unchanged' | 'stale'>,
  before: MirroredUser,
  next: MirroredUser,
): Settled {
  return { ask: false, outcome, write: true, next, changedFields: changedFields(before, next) };
}

export function keep(outcome: 'unchanged' | 'stale', stored: MirroredUser): Settled {
  return { ask: false, outcome, write: false, next: stored, changedFields: [] };
}
