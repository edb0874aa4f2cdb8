import type { ChangedField, ItemFlaw } from '../domain/changed-fields.ts';
import type { Decision, Settled } from '../domain/decision.ts';
import { waitsFor } from '../domain/names.ts';
import type { ItemFacts, MirroredUser, StoredUser } from '../domain/user.ts';
import { fingerprint, isOfWaiting, withoutWaiting } from './fingerprint.ts';

/**
 * The decision, and with it the repair of an item that was examined and is not as every write leaves it. What the rule would
 * leave as it is, is written as it is: only that makes index keys, fingerprint and attributes right again.
 *
 * @param isWithoutName whether a name that the user holds was found not to be reserved for her
 */
export function withRepairs(decision: Decision, stored: StoredUser | undefined, isWithoutName: boolean): Decision {
  if (decision.ask || !stored?.item) return decision;
  const flaws = flawsOf(stored, stored.item, decision, isWithoutName);
  if (flaws.length === 0) return decision;
  const changedFields = [...decision.changedFields, ...flaws];
  return decision.write
    ? { ...decision, changedFields }
    : { ...decision, outcome: 'updated', write: true, changedFields };
}

/** Changes of these move the user on the index: that it lists her elsewhere is then no flaw of its own. */
const PLACING: readonly ChangedField[] = ['clerkCreatedAt', 'deletedAt'];

function flawsOf(
  stored: StoredUser,
  item: ItemFacts,
  { next, changedFields }: Settled,
  isWithoutName: boolean,
): ItemFlaw[] {
  const isMoved = changedFields.some((field) => PLACING.includes(field));
  return [
    ...(!item.isListedRight && !isMoved ? (['index'] as const) : []),
    ...(isWrong(item.fingerprint, stored, { ...stored, ...next }, isWithoutName) ? (['fingerprint'] as const) : []),
    ...(item.isExpiring && !stored.tombstone ? (['expiresAt'] as const) : []),
    ...(item.unreadable.length > 0 ? (['unreadable'] as const) : []),
    ...(isWithoutName ? (['reservation'] as const) : []),
  ];
}

/**
 * A fingerprint must be that of the content. Where it is that of what the user becomes instead, the content was edited and the
 * fingerprint is right. Whether it must say that she waits for a name is not known while one of hers is not reserved.
 */
function isWrong(print: string | undefined, stored: StoredUser, next: StoredUser, isWithoutName: boolean): boolean {
  if (print === undefined) return true;
  const isThatOf = (user: StoredUser): boolean =>
    withoutWaiting(print) === fingerprintOf(user) && (isWithoutName || isOfWaiting(print) === isWaiting(user));
  return !isThatOf(stored) && !isThatOf(next);
}

/** Whether an examined user's content is what its fingerprint was made of; undefined where that is not known. */
export function agreesWithFingerprint(stored: StoredUser): boolean | undefined {
  if (!stored.item) return undefined;
  return stored.item.fingerprint !== undefined && withoutWaiting(stored.item.fingerprint) === fingerprintOf(stored);
}

function fingerprintOf({ profile, record }: MirroredUser): string {
  return fingerprint(profile.content, record?.content);
}

function isWaiting(user: StoredUser): boolean {
  return waitsFor(user, 'email') !== undefined || waitsFor(user, 'username') !== undefined;
}
