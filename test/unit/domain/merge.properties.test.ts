/** What holds for every history, as properties. Each step is also held against the invariants of invariants.ts. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changedFields } from '../../../shared/domain/changed-fields.ts';
import { merge } from '../../../shared/domain/merge.ts';
import type { Snapshot } from '../../../shared/domain/snapshot.ts';
import type { MirroredUser } from '../../../shared/domain/user.ts';
import { blankUser, PROFILE_FIELDS } from '../../../shared/domain/user.ts';
import type { Held } from '../../support/domain/arbitraries.ts';
import {
  anyEvent,
  anySnapshot,
  anySnapshots,
  asOf,
  moment,
  NOW,
  someClaims,
} from '../../support/domain/arbitraries.ts';
import {
  asStored,
  completeToken,
  deletion,
  erased,
  frozen,
  ID,
  MINUTE_MS,
  partialToken,
  read,
  SECOND,
  storedAfter,
} from '../../support/domain/builders.ts';
import { checkStep } from '../../support/domain/invariants.ts';
import { anyNews, LATE, play, versionedNews, versionedNewsWithDeletions } from '../../support/domain/news.ts';
import { check } from '../../support/domain/property.ts';

describe('changes that Clerk versions', () => {
  it('end in the same record in any order and with any repetition', () => {
    check(
      fc.property(versionedNews, ({ told, retold }) => {
        expect(recordOf(play(retold))).toStrictEqual(recordOf(play(told)));
      }),
    );
  });

  it('end in the same tombstone when any of them is a deletion', () => {
    check(
      fc.property(versionedNewsWithDeletions, ({ told, retold }) => {
        const latest = Math.max(...told.flatMap((snapshot) => (snapshot.source === 'deletion' ? [snapshot.at] : [])));
        expect(play(told)?.tombstone).toEqual({ deletedAt: latest });
        expect(play(retold)?.tombstone).toEqual({ deletedAt: latest });
      }),
    );
  });

  it('end in the newest of them', () => {
    check(
      fc.property(versionedNews, ({ told, last }) => {
        const end = play([...told, completeToken(last.asOf, last.profile)]);
        expect(end?.profile.content).toEqual(last.profile);
        expect(end?.profile.version.asOf).toBe(last.asOf);
      }),
    );
  });

  it('never ask', () => {
    check(
      fc.property(versionedNews, ({ told }) => {
        let stored: MirroredUser | undefined;
        for (const snapshot of told) {
          const decision = merge(stored, snapshot, LATE);
          expect(decision.ask).toBe(false);
          if (!decision.ask) stored = decision.next;
        }
      }),
    );
  });
});

describe('changes that Clerk does not version, ties and reads', () => {
  it('end equal to Clerk after the next full run, whether or not questions were answered', () => {
    check(
      fc.property(anyNews, fc.boolean(), ({ told, last }, answered) => {
        const answer = answered ? read({ ...last, seenAt: LATE }) : undefined;
        const fullRun = read({ ...last, seenAt: LATE + MINUTE_MS }, 'deleted');
        expect(contentOf(play([fullRun], undefined, play(told, answer)))).toEqual(contentIn(last));
      }),
    );
  });

  it('end equal to Clerk at the next question that Clerk answers', () => {
    check(
      fc.property(anyNews, anySnapshot, ({ told, last }, question) => {
        const stored = play(told);
        fc.pre(merge(stored, question, LATE).ask);
        const end = play([question], read({ ...last, seenAt: LATE }), stored);
        expect(contentOf(end)).toEqual(contentIn(last));
      }),
      150,
    );
  });

  it('end in the tombstone when Clerk has deleted the user since', () => {
    check(
      fc.property(anyNews, ({ told }) => {
        const end = play([...told, deletion(LATE), ...told.toReversed()]);
        expect(end?.tombstone).toEqual({ deletedAt: LATE });
      }),
    );
  });
});

describe('whatever any source says, at every step', () => {
  it('the invariants hold, from every state that any other sources have left', () => {
    check(
      fc.property(anySnapshots, (snapshots) => {
        expect(() => walk(undefined, snapshots)).not.toThrow();
      }),
      3_000,
    );
  });

  it('the invariants hold for erased users too', () => {
    check(
      fc.property(anySnapshots, moment, anySnapshots, (first, at, second) => {
        const nobody = erased(
          storedAfter(...first.filter(({ source }) => source === 'event').slice(0, 1), deletion(at)),
          at,
        );
        expect(() => walk(nobody, second)).not.toThrow();
      }),
    );
  });

  it('what was taken in writes nothing when it comes again', () => {
    check(
      fc.property(anySnapshots, anySnapshot, (snapshots, snapshot) => {
        const decision = merge(walk(undefined, snapshots), snapshot, NOW);
        fc.pre(!decision.ask);
        if (decision.ask) return;
        const again = merge(frozen(decision.next), snapshot, NOW);
        expect(again).toMatchObject({ ask: false, write: false, changedFields: [] });
      }),
    );
  });

  it('app attributes and our own facts are handed through untouched', () => {
    const app = frozen({ bio: 'Hello', followers: [1, 2] });
    check(
      fc.property(anySnapshots, anySnapshot, (snapshots, snapshot) => {
        const user = asStored(walk(undefined, snapshots) ?? blankUser(ID), { app, revision: 7 });
        const decision = merge(frozen(user), snapshot, NOW);
        const next = decision.ask ? user : decision.next;
        expect(next).toMatchObject({ app, revision: 7, changedBy: 'webhook', createdAt: user.createdAt });
      }),
    );
  });

  it('a read of something newer, that began after everything else, is taken over whole', () => {
    check(
      fc.property(anySnapshots, anyEvent, (snapshots, { profile, record }) => {
        const live = snapshots.filter(({ source }) => source !== 'deletion');
        const settling = read({ profile, record, asOf: NOW + 10 * MINUTE_MS, seenAt: NOW });
        expect(contentOf(walk(walk(undefined, live), [settling]))).toEqual(contentIn({ profile, record }));
      }),
    );
  });
});

describe('a token', () => {
  it('that carries no order never overwrites: it asks, or nothing differs', () => {
    check(
      fc.property(anySnapshots, someClaims, fc.boolean(), (snapshots, claims, ahead) => {
        const stored = walk(storedAfter(completeToken(undefined)), snapshots);
        const token = partialToken(ahead ? NOW + 5 * MINUTE_MS + 1 : undefined, claims);
        const decision = merge(stored, token, NOW);
        expect(decision.ask || !decision.write).toBe(true);
      }),
    );
  });

  it('never clears a field by not carrying its claim', () => {
    check(
      fc.property(anySnapshots, someClaims, asOf, (snapshots, claims, time) => {
        const stored = storedAfter(completeToken(undefined));
        const before = walk(stored, snapshots) ?? stored;
        const after = walk(before, [partialToken(time, claims)]);
        const absent = PROFILE_FIELDS.filter((field) => !(field in claims));
        for (const field of absent) expect(after?.profile.content[field]).toBe(before.profile.content[field]);
      }),
    );
  });
});

describe('a restored user', () => {
  it('is never killed by a deletion that is not after the restoration, and is by any that is', () => {
    check(
      fc.property(anySnapshots, moment, fc.array(moment), (snapshots, deletedAt, deletions) => {
        const restoredAt = NOW + deletedAt - SECOND;
        const restoring = read({ asOf: SECOND, seenAt: restoredAt }, 'erased');
        const restored = walk(undefined, [...snapshots, deletion(deletedAt), restoring]);
        fc.pre(restored?.restoredAt === restoredAt);
        const late = deletions.map((at) => deletion(Math.min(at, restoredAt)));
        expect(walk(restored, [...late, deletion(restoredAt)])).toEqual(restored);
        expect(walk(restored, [...late, deletion(restoredAt + 1)])?.tombstone).toEqual({ deletedAt: restoredAt + 1 });
      }),
    );
  });
});

describe('changed fields', () => {
  it('are none between a state and itself, and the same in both directions', () => {
    check(
      fc.property(anySnapshots, anySnapshots, (first, second) => {
        const [a, b] = [walk(undefined, first), walk(undefined, second)];
        if (!a || !b) return;
        expect(changedFields(a, a)).toEqual([]);
        expect(changedFields(a, b)).toEqual(changedFields(b, a));
      }),
      300,
    );
  });
});

/** Plays anything, on frozen input, and leaves the state as it is where the rule asks. */
function walk(from: MirroredUser | undefined, snapshots: readonly Snapshot[]): MirroredUser | undefined {
  let stored = from;
  for (const snapshot of snapshots) {
    const decision = merge(frozen(stored), frozen(snapshot), NOW);
    checkStep(stored, snapshot, decision, NOW);
    if (!decision.ask) stored = decision.next;
  }
  return stored;
}

/** Both groups with Clerk's time of each. When the source looked is left out: the first of two that say the same stays. */
function recordOf(user: MirroredUser | undefined): unknown {
  const groups = [user?.profile, user?.record].map(
    (group) => group && { content: group.content, asOf: group.version.asOf },
  );
  return { id: user?.id, groups, tombstone: user?.tombstone, restoredAt: user?.restoredAt };
}

function contentIn({ profile, record }: Pick<Held, 'profile' | 'record'>): unknown {
  return { profile, record, tombstone: undefined };
}

function contentOf(user: MirroredUser | undefined): unknown {
  return { profile: user?.profile.content, record: user?.record?.content, tombstone: user?.tombstone };
}
