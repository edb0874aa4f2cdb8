/** Random users, snapshots and histories. Times come from few values close together, so that ties and edges are frequent. */
import * as fc from 'fast-check';
import type { Snapshot } from '../../../shared/domain/snapshot.ts';
import type { Profile, UserRecord } from '../../../shared/domain/user.ts';
import { completeToken, deletion, event, MINUTE_MS, partialToken, read, SECOND } from './builders.ts';

const text = fc.constantFrom(null, 'Ada', 'Grace', 'Åsa 🦉', '');

const email = fc.constantFrom(null, 'ada@example.com', 'grace@example.com');

const profile: fc.Arbitrary<Profile> = fc.record({ email, firstName: text, lastName: text, imageUrl: text });

const userRecord: fc.Arbitrary<UserRecord> = fc.record({
  verifiedEmail: email,
  username: text,
  externalId: text,
  banned: fc.boolean(),
  deprovisioned: fc.boolean(),
  publicMetadata: fc.constantFrom({}, { cohort: 'spring' }, { seats: [1, 2] }, { seats: [2, 1] }),
  clerkCreatedAt: fc.constantFrom(SECOND - 1, SECOND),
});

const FIVE_MINUTES_MS = 5 * MINUTE_MS;

/** When the rule is asked in properties about arbitrary snapshots, ms. */
export const NOW = SECOND + 60 * MINUTE_MS;

/** Clerk's `updated_at`: around one second, a minute on, and as far ahead as a token is believed and a little further, ms. */
export const asOf = fc.constantFrom(
  ...[0, 200, 500, 999, 1_000, 1_700, 60_000].map((after) => SECOND + after),
  NOW + FIVE_MINUTES_MS,
  NOW + FIVE_MINUTES_MS + 1,
);

/** Times close to each other, to the margin of 5 s and to that of 5 min, ms. */
export const moment = fc
  .tuple(
    fc.constantFrom(SECOND, SECOND + 10 * MINUTE_MS, SECOND + 30 * MINUTE_MS),
    fc.constantFrom(-1, 0, 1, 4_999, 5_000, 5_001, FIVE_MINUTES_MS, FIVE_MINUTES_MS + 1),
  )
  .map(([base, after]) => base + after);

const whole = fc.record({ asOf, seenAt: moment, profile, record: userRecord, locked: fc.boolean() });

/** Claims of which any may be absent. */
export const someClaims: fc.Arbitrary<Partial<Profile>> = fc.record(
  { email, firstName: text, lastName: text, imageUrl: text },
  { requiredKeys: [] },
);

/** A webhook about anything. */
export const anyEvent = whole.map((said) => event(said));

/** Anything that any source could say, consistent with the rest or not. */
export const anySnapshot: fc.Arbitrary<Snapshot> = fc.oneof(
  { weight: 4, arbitrary: anyEvent },
  {
    weight: 4,
    arbitrary: fc
      .tuple(whole, fc.constantFrom('none' as const, 'deleted' as const, 'erased' as const))
      .map(([said, lifts]) => read(said, lifts)),
  },
  { weight: 3, arbitrary: fc.tuple(asOf, profile).map(([time, claims]) => completeToken(time, claims)) },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.option(asOf), someClaims).map(([time, claims]) => partialToken(time ?? undefined, claims)),
  },
  { weight: 2, arbitrary: moment.map((at) => deletion(at)) },
);

export const anySnapshots = fc.array(anySnapshot, { minLength: 1, maxLength: 12 });

/** What Clerk held at one time. */
export interface Held {
  readonly asOf: number;
  readonly profile: Profile;
  readonly record: UserRecord;
}

/**
 * A user's life in Clerk, oldest first, starting at SECOND.
 *
 * @param gap ms between two versions; 0 is a change that Clerk does not version
 */
export function history(gap: fc.Arbitrary<number>): fc.Arbitrary<readonly [Held, ...Held[]]> {
  const versions = fc.array(fc.record({ gap, profile, record: userRecord }), { minLength: 1, maxLength: 6 });
  return versions.map((changes) => {
    let time = SECOND + 1;
    const [first, ...rest] = changes.map(({ gap, profile, record }) => ({ asOf: (time += gap), profile, record }));
    if (!first) throw new Error('A history has at least one version.');
    return [first, ...rest];
  });
}

/** The same items in any order, each at least once and any of them more often. */
export function retold<T>(items: readonly T[]): fc.Arbitrary<T[]> {
  return fc.array(fc.nat({ max: items.length - 1 }), { maxLength: 4 }).chain((again) => {
    const told = [...items, ...again.flatMap((index) => items.slice(index, index + 1))];
    return fc.shuffledSubarray(told, { minLength: told.length });
  });
}
