import { claimOf, formerEmail } from '../../domain/names.ts';
import type { NamePlan } from '../../domain/plan-names.ts';
import type { MirroredUser, StoredUser } from '../../domain/user.ts';
import type { CallOptions, UserStore } from '../../ports/user-store.ts';

/** What becomes of a new Clerk user with the verified email of a deleted one: a stranger, or the one who was deleted. */
export type ReturningUser = 'fresh' | 'relink';

export interface ReturningDependencies {
  readonly store: UserStore;
  readonly returningUser: ReturningUser;
}

/**
 * The deleted user as whom a new one comes back: the last owner of the verified email that the new one takes for the first
 * time, if Clerk created her earlier and her personal data are still there.
 *
 * @returns the deleted user; undefined for everybody who is simply new
 * @throws StoreUnavailable
 */
export async function returningAs(
  { store, returningUser }: ReturningDependencies,
  stored: StoredUser | undefined,
  next: MirroredUser,
  plan: NamePlan,
  options: CallOptions,
): Promise<StoredUser | undefined> {
  const email = plan.moves.find(({ action, name }) => action === 'take' && name.kind === 'email')?.name;
  if (returningUser === 'fresh' || !email || (stored && !isNew(stored, email.value))) return undefined;
  const { owner, lastOwner } = await store.reservation(email, options);
  if (owner !== undefined || lastOwner === undefined || lastOwner === next.id) return undefined;
  const deleted = await store.get(lastOwner, { ...options, consistent: true });
  return deleted && formerEmail(deleted) === email.value && isBefore(deleted, next) ? deleted : undefined;
}

/** Whoever has had a verified email before is known already, and does not turn into somebody else by taking another. */
function isNew(stored: StoredUser, email: string): boolean {
  const claimed = claimOf(stored, 'email');
  const hasHadAnother = stored.hasHeldEmail === true || (claimed !== undefined && claimed !== email);
  return !stored.tombstone && stored.previousClerkUserId === undefined && !hasHadAnother;
}

function isBefore(deleted: StoredUser, next: MirroredUser): boolean {
  const hasLeftSomething = deleted.tombstone !== undefined && deleted.tombstone.erasedAt === undefined;
  const [earlier, later] = [deleted.record, next.record];
  if (!hasLeftSomething || !earlier || !later) return false;
  return earlier.content.clerkCreatedAt < later.content.clerkCreatedAt;
}
