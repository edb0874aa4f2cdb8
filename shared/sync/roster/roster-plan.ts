import type { KnownEntries, RosterPlan, RosterUser } from '../../domain/plan-roster.ts';
import { planRoster, rosterEmails } from '../../domain/plan-roster.ts';
import type { CohortRule, RosterEntry } from '../../domain/roster.ts';
import type { RosterStore } from '../../ports/roster-store.ts';
import type { Clock } from '../../ports/time.ts';
import type { CallOptions, RosterWrite } from '../../ports/user-store.ts';

/** The roster as whoever writes users knows it. */
export interface RosterAccess {
  readonly store: RosterStore;
  /** Whether users are linked; where not, only an erasure lets go of an earlier link. */
  readonly isOn: boolean;
  readonly cohort: CohortRule;
}

export interface RosterDependencies {
  readonly clock: Clock;
  /** Absent where there is no roster. */
  readonly roster?: RosterAccess;
}

/**
 * What a write of users does to the roster, decided from its entries as they are now. Nearly every write is of no concern to it,
 * and reads nothing.
 *
 * @throws StoreUnavailable
 */
export async function rosterPlan(
  { roster, clock }: RosterDependencies,
  users: readonly RosterUser[],
  options: CallOptions,
): Promise<RosterPlan | undefined> {
  if (!roster) return undefined;
  const concerned = users.filter((user) => rosterEmails(user, roster.isOn).length > 0);
  if (concerned.length === 0) return undefined;
  const emails = new Set(concerned.flatMap((user) => rosterEmails(user, roster.isOn)));
  const read = async (email: string): Promise<[string, RosterEntry | undefined]> => [
    email,
    await roster.store.get(email, options),
  ];
  const known: KnownEntries = new Map(await Promise.all([...emails].map(read)));
  return planRoster(concerned, known, roster.cohort, clock.now());
}

/** The plan as a write of one user takes it. @param isFirst whether the entries change with this write; they do so once */
export function rosterWriteOf(
  plan: RosterPlan | undefined,
  userId: string,
  before: string | undefined,
  isFirst = true,
): { readonly roster?: RosterWrite } {
  const changes = isFirst ? (plan?.changes ?? []) : [];
  if (!plan || (changes.length === 0 && !plan.links.has(userId))) return {};
  return { roster: { link: plan.links.has(userId) ? plan.links.get(userId) : before, changes } };
}
