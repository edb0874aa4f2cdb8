import type { JsonObject } from './json.ts';
import type { MirroredUser } from './user.ts';

/** A pre-registered person: what is known of whoever will have verified an address. */
export interface RosterEntry {
  /** Normalised. */
  readonly email: string;
  readonly attributes: JsonObject;
  readonly cohort: string | undefined;
  /** Put there by an admin, or made with defaults for a user who verified the address: such a one goes with her. */
  readonly origin: 'registered' | 'default';
  /** The one user who has it, also while she is deleted and not erased. */
  readonly link: RosterLink | undefined;
  /** ms. */
  readonly createdAt: number;
  /** ms. */
  readonly updatedAt: number;
  /** Counts the changes. */
  readonly revision: number;
}

export interface RosterLink {
  readonly userId: string;
  /** When it was made, ms. */
  readonly at: number;
  /** Whether the entry's cohort is the user's and not the entry's own: then it goes with the link. */
  readonly gaveCohort?: true;
}

/** A change of one entry, made on condition that it is still as it was read. */
export interface RosterChange {
  readonly email: string;
  /** Undefined where there is none. */
  readonly before: RosterEntry | undefined;
  /** Undefined: it goes. */
  readonly after: RosterEntry | undefined;
}

/** Where an entry takes its cohort from when it has none. */
export interface CohortRule {
  /** Member of the public metadata that names it. */
  readonly metadataKey?: string;
  readonly fallback?: string;
}

const LONGEST_COHORT = 256;

/** Whether a text can be a cohort. */
export function isCohort(text: string): boolean {
  return text !== '' && text.length <= LONGEST_COHORT && text.isWellFormed();
}

/** The cohort of a user by her public metadata, else the configured one. */
export function cohortOf(user: MirroredUser, { metadataKey, fallback }: CohortRule): string | undefined {
  const metadata = user.record?.content.publicMetadata ?? {};
  const named = metadataKey !== undefined && Object.hasOwn(metadata, metadataKey) ? metadata[metadataKey] : undefined;
  return typeof named === 'string' && isCohort(named) ? named : fallback;
}

/** The cohort is decided now: the one that the entry has, also by an earlier link of the same person, or else the user's. */
export function linkedTo(entry: RosterEntry, user: MirroredUser, rule: CohortRule, now: number): RosterEntry {
  const isOwn = entry.cohort !== undefined && !entry.link?.gaveCohort;
  const cohort = entry.cohort ?? cohortOf(user, rule);
  return changed(entry, { link: linkTo(user, now, !isOwn && cohort !== undefined), cohort }, now);
}

export function unlinked(entry: RosterEntry, now: number): RosterEntry {
  return changed(entry, { link: undefined, cohort: entry.link?.gaveCohort ? undefined : entry.cohort }, now);
}

/** What is left of an entry when its user lets go of it: nothing of one that was made for her. */
export function parted(entry: RosterEntry, now: number): RosterEntry | undefined {
  return entry.origin === 'default' ? undefined : unlinked(entry, now);
}

/** The entry of a user for whom nobody has registered anything. */
export function defaultEntry(email: string, user: MirroredUser, rule: CohortRule, now: number): RosterEntry {
  const cohort = cohortOf(user, rule);
  return {
    email,
    attributes: {},
    cohort,
    origin: 'default',
    link: linkTo(user, now, cohort !== undefined),
    createdAt: now,
    updatedAt: now,
    revision: 1,
  };
}

function linkTo({ id }: MirroredUser, at: number, gaveCohort: boolean): RosterLink {
  return { userId: id, at, ...(gaveCohort && { gaveCohort }) };
}

function changed(entry: RosterEntry, change: Partial<RosterEntry>, now: number): RosterEntry {
  return { ...entry, ...change, updatedAt: now, revision: entry.revision + 1 };
}
