/** The stored states and the snapshots that the decision tables pair with each other. */
import type { Snapshot } from '../../../shared/domain/snapshot.ts';
import type { MirroredUser } from '../../../shared/domain/user.ts';
import {
  completeToken,
  deletion,
  erased,
  event,
  MINUTE_MS,
  partialToken,
  read,
  SECOND,
  storedAfter,
} from './builders.ts';

/** Clerk's `updated_at` of what is stored, and when its source looked, ms. */
const T = SECOND + 500;
const SEEN = T + 2_000;

/** When the rule is asked, ms. */
export const NOW = T + 60 * MINUTE_MS;

const DELETED = T + 10 * MINUTE_MS;
const DELETED_EARLY = T - 10 * MINUTE_MS;
const RESTORED = DELETED + 5 * MINUTE_MS + 1;

const ordered = event({ asOf: T, seenAt: SEEN });
const restoring = read({ asOf: T, seenAt: RESTORED }, 'deleted');

export const STATES = {
  none: undefined,
  'created from a token without order': storedAfter(completeToken(undefined)),
  'created from a complete token': storedAfter(completeToken(T)),
  'created from a complete token in seconds': storedAfter(completeToken(SECOND)),
  'stored by a webhook': storedAfter(ordered),
  'profile from a newer token, record from an older webhook': storedAfter(
    event({ asOf: T - 60 * MINUTE_MS, profile: { firstName: 'Augusta' } }),
    completeToken(T),
  ),
  'deleted after the last change': storedAfter(ordered, deletion(DELETED)),
  'deleted by a deletion older than the last change': storedAfter(ordered, deletion(DELETED_EARLY)),
  'deleted before anything else was heard': storedAfter(deletion(DELETED)),
  erased: erased(storedAfter(ordered, deletion(DELETED)), DELETED + 1),
  'erased while she lived, since Clerk had her': erased(storedAfter(ordered, deletion(DELETED)), DELETED, true),
  'erased after a deletion, although Clerk had her': erased(storedAfter(ordered, deletion(DELETED)), DELETED + 1, true),
  restored: storedAfter(ordered, deletion(DELETED), restoring),
  'restored, then deleted again': storedAfter(ordered, deletion(DELETED), restoring, deletion(RESTORED + 1)),
} as const satisfies Record<string, MirroredUser | undefined>;

/** A change in one field of each group. */
const other = { profile: { firstName: 'Grace' }, record: { banned: true } } as const;
const otherName = { firstName: 'Grace' } as const;

export const SNAPSHOTS: Readonly<Record<string, Snapshot>> = {
  'event older, same': event({ asOf: T - 10_000 }),
  'event older, different': event({ asOf: T - 10_000, ...other, locked: true }),
  'event older by 1 ms, different': event({ asOf: T - 1, ...other, locked: true }),
  'event cut to the second, same': event({ asOf: SECOND }),
  'event cut to the second, different': event({ asOf: SECOND, ...other, locked: true }),
  'event equal, same, seen again later': event({ asOf: T, seenAt: SEEN + MINUTE_MS }),
  'event equal, same but for locked': event({ asOf: T, seenAt: SEEN + MINUTE_MS, locked: true }),
  'event equal, different, seen 5 s later': event({ asOf: T, seenAt: SEEN + 5_000, ...other, locked: true }),
  'event equal, only banned differs, seen 5 s later': event({ asOf: T, seenAt: SEEN + 5_000, record: other.record }),
  'event equal, different, seen 4.999 s later': event({ asOf: T, seenAt: SEEN + 4_999, ...other }),
  'event equal, only banned differs, seen 4.999 s later': event({
    asOf: T,
    seenAt: SEEN + 4_999,
    record: other.record,
  }),
  'event equal, different, seen at once': event({ asOf: T, seenAt: SEEN, ...other }),
  'event equal, different, seen 4.999 s earlier': event({ asOf: T, seenAt: SEEN - 4_999, ...other }),
  'event equal, different, seen 5 s earlier': event({ asOf: T, seenAt: SEEN - 5_000, ...other }),
  'event newer by 1 ms, different': event({ asOf: T + 1, ...other, locked: true }),
  'event newer, same': event({ asOf: T + 10_000, locked: true }),
  'event newer, only the name differs': event({ asOf: T + 10_000, profile: otherName }),
  'event newer, different': event({ asOf: T + 10_000, ...other, locked: true }),

  'read older, same': read({ asOf: T - 10_000 }),
  'read older, different': read({ asOf: T - 10_000, seenAt: NOW, ...other }),
  'read cut to the second, different': read({ asOf: SECOND, seenAt: NOW, ...other }),
  'read equal, same': read({ asOf: T, seenAt: NOW }),
  'read equal, different, seen 5 s later': read({ asOf: T, seenAt: SEEN + 5_000, ...other }),
  'read equal, different, seen 4.999 s later': read({ asOf: T, seenAt: SEEN + 4_999, ...other, locked: true }),
  'read equal, different, seen 4.999 s earlier': read({ asOf: T, seenAt: SEEN - 4_999, ...other }),
  'read equal, different, seen 5 s earlier': read({ asOf: T, seenAt: SEEN - 5_000, ...other }),
  'read newer, different': read({ asOf: T + 10_000, seenAt: NOW, ...other, locked: true }),
  'read for a request, long after the deletion': read({ asOf: T, seenAt: NOW }, 'none'),
  'read by a run, before the deletion': read({ asOf: T, seenAt: DELETED - 1 }, 'deleted'),
  'read by a run, 5 min after the deletion': read({ asOf: T, seenAt: DELETED + 5 * MINUTE_MS }, 'deleted'),
  'read by a run, 1 ms later': read({ asOf: T, seenAt: RESTORED, profile: otherName, locked: true }, 'deleted'),
  'read by a run, older content, long after': read({ asOf: T - 10_000, seenAt: NOW }, 'deleted'),
  'read by an admin, 5 min after the deletion': read({ asOf: T, seenAt: DELETED + 5 * MINUTE_MS }, 'erased'),
  'read by an admin, 1 ms later': read({ asOf: T + 10_000, seenAt: RESTORED, profile: otherName }, 'erased'),

  'token older, same': completeToken(T - 10_000),
  'token older, different': completeToken(T - 10_000, otherName),
  'token equal, same': completeToken(T),
  'token equal, different': completeToken(T, otherName),
  'token newer, same': completeToken(T + 10_000),
  'token newer, different': completeToken(T + 10_000, otherName),
  'token newer, a claim is null': completeToken(T + 10_000, { imageUrl: null }),
  'token in seconds, stored second, same': completeToken(SECOND),
  'token in seconds, stored second, different': completeToken(SECOND, otherName),
  'token in seconds, next second, different': completeToken(SECOND + 1_000, otherName),
  'token 5 min ahead, different': completeToken(NOW + 5 * MINUTE_MS, otherName),
  'token further ahead, same': completeToken(NOW + 5 * MINUTE_MS + 1),
  'token further ahead, different': completeToken(NOW + 5 * MINUTE_MS + 1, otherName),
  'token partial and newer, same': partialToken(T + 10_000, { email: 'ada@example.com' }),
  'token partial and newer, different': partialToken(T + 10_000, { email: 'grace@example.com' }),
  'token partial, a claim is null': partialToken(T + 10_000, { lastName: null }),
  'token without claims': partialToken(T + 10_000, {}),
  'token without updated_at, same': completeToken(undefined),
  'token without updated_at, different': completeToken(undefined, otherName),

  'deletion older than everything': deletion(T - 60 * MINUTE_MS),
  'deletion at the early deletion': deletion(DELETED_EARLY),
  'deletion 1 ms before the deletion': deletion(DELETED - 1),
  'deletion at the deletion': deletion(DELETED),
  'deletion 1 ms after the deletion': deletion(DELETED + 1),
  'deletion 1 ms before the restoration': deletion(RESTORED - 1),
  'deletion at the restoration': deletion(RESTORED),
  'deletion 1 ms after the restoration': deletion(RESTORED + 1),
  'deletion newer than everything': deletion(NOW),
};
