/** Random news of a user's life in Clerk: what webhooks, tokens, reads and deletions tell of it. */
import * as fc from 'fast-check';
import { merge } from '../../../shared/domain/merge.ts';
import type { Snapshot } from '../../../shared/domain/snapshot.ts';
import type { MirroredUser } from '../../../shared/domain/user.ts';
import type { Held } from './arbitraries.ts';
import { history, retold } from './arbitraries.ts';
import { completeToken, deletion, event, MINUTE_MS, partialToken, read, SECOND } from './builders.ts';
import { checkStep } from './invariants.ts';

/** After everything that is told, ms. */
export const LATE = SECOND + 24 * 60 * MINUTE_MS;

type Teller = (held: Held) => Snapshot;

const delay = fc.constantFrom(0, 1, 2_000, 4_999, 5_000, 5_001, 10_000, 7 * MINUTE_MS);

/** What keeps Clerk's order: webhooks, complete tokens and reads for a request. */
const versioned: fc.Arbitrary<Teller> = fc.oneof(
  delay.map(
    (after): Teller =>
      (held) =>
        event({ ...held, seenAt: held.asOf + after }),
  ),
  delay.map(
    (after): Teller =>
      (held) =>
        read({ ...held, seenAt: held.asOf + after }),
  ),
  fc.constant<Teller>((held) => completeToken(held.asOf, held.profile)),
);

const unordered: fc.Arbitrary<Teller> = fc.oneof(
  fc.constant<Teller>((held) => completeToken(Math.trunc(held.asOf / 1_000) * 1_000, held.profile)),
  fc.constant<Teller>((held) => completeToken(undefined, held.profile)),
  fc.constant<Teller>((held) => completeToken(LATE + 6 * MINUTE_MS, held.profile)),
  fc.constant<Teller>((held) => partialToken(held.asOf, { email: held.profile.email })),
  delay.map(
    (after): Teller =>
      (held) =>
        read({ ...held, seenAt: held.asOf + after }, 'deleted'),
  ),
);

const anyDeletion = fc
  .tuple(fc.constantFrom(SECOND - MINUTE_MS, SECOND + 1_000, SECOND + 5 * MINUTE_MS), fc.constantFrom(-1, 0, 1))
  .map(([base, after]) => deletion(base + after));

/** Whole stamps in different ms, several in one second, none of them a whole second: Clerk's order is in every one. */
const ordered = history(fc.constantFrom(1, 300, 1_500, MINUTE_MS));

/** With changes that Clerk does not version. */
const tied = history(fc.constantFrom(0, 0, 1, 300, 1_500));

export interface News {
  readonly last: Held;
  readonly told: readonly Snapshot[];
  /** The same in another order, with other repetitions. */
  readonly retold: readonly Snapshot[];
}

function newsOf(
  lives: fc.Arbitrary<readonly [Held, ...Held[]]>,
  tellers: fc.Arbitrary<Teller>,
  deletions: fc.Arbitrary<Snapshot[]>,
): fc.Arbitrary<News> {
  return lives.chain((life) => {
    const last = life.at(-1) ?? life[0];
    const tidings = fc.tuple(fc.constantFrom(...life), tellers).map(([held, tell]) => tell(held));
    return fc
      .tuple(fc.array(tidings, { minLength: 1, maxLength: 8 }), deletions)
      .map((parts) => parts.flat())
      .chain((all) => fc.record({ last: fc.constant(last), told: retold(all), retold: retold(all) }));
  });
}

/** News that Clerk versions. */
export const versionedNews = newsOf(ordered, versioned, fc.constant([]));
export const versionedNewsWithDeletions = newsOf(
  ordered,
  versioned,
  fc.array(anyDeletion, { minLength: 1, maxLength: 3 }),
);
/** News of every kind, also such that nothing orders. */
export const anyNews = newsOf(tied, fc.oneof(versioned, unordered), fc.array(anyDeletion, { maxLength: 3 }));

/**
 * Plays news one after the other and holds each step against the invariants.
 *
 * @param answer what a read of Clerk says when the rule asks; undefined leaves the stored user as it is
 */
export function play(told: readonly Snapshot[], answer?: Snapshot, from?: MirroredUser): MirroredUser | undefined {
  let stored = from;
  for (const snapshot of told) {
    const decision = checkedMerge(stored, snapshot);
    const settled = decision.ask && answer ? checkedMerge(stored, answer) : decision;
    if (!settled.ask) stored = settled.next;
  }
  return stored;
}

function checkedMerge(stored: MirroredUser | undefined, snapshot: Snapshot): ReturnType<typeof merge> {
  const decision = merge(stored, snapshot, LATE);
  checkStep(stored, snapshot, decision, LATE);
  return decision;
}
