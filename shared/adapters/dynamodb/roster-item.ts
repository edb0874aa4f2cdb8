import type { RosterEntry, RosterLink } from '../../domain/roster.ts';
import { TABLE } from '../../names/table.ts';
import type { Attributes } from './attribute-value.ts';
import { secondsOf } from './expiry.ts';
import type { Expression } from './expression.ts';
import { allOf, revisionIs } from './expression.ts';
import { toAttribute } from './json-attributes.ts';
import type { AttributeReader } from './read-attributes.ts';
import { readerOf } from './read-attributes.ts';
import type { ItemChange } from './user-item.ts';
import { isoTime } from './user-item.ts';

/** The index partition of the roster. */
export const ROSTER = 'roster';

const ORIGINS = ['registered', 'default'] as const satisfies RosterEntry['origin'][];

/** @param email normalised */
export function rosterKey(email: string): string {
  return `roster#${email}`;
}

/** Every attribute of an entry; of one that goes none stays, and its time to live is over. */
export function entryAttributes(entry: RosterEntry | undefined, now: number): ItemChange {
  return {
    email: entry?.email,
    attributes: entry && toAttribute(entry.attributes),
    cohort: entry?.cohort,
    origin: entry?.origin,
    linkedUserId: entry?.link?.userId,
    linkedAt: isoTime(entry?.link?.at),
    linkedCohort: entry?.link?.gaveCohort,
    createdAt: isoTime(entry?.createdAt),
    updatedAt: isoTime(entry?.updatedAt),
    revision: entry?.revision,
    [TABLE.index.partitionKey]: entry && ROSTER,
    [TABLE.index.sortKey]: entry?.email,
    [TABLE.timeToLive]: entry ? undefined : secondsOf(now),
  };
}

/** @returns undefined for no item, and for what is left of an entry that has gone */
export function parseEntryItem(item: Attributes | undefined): RosterEntry | undefined {
  if (item?.['email'] === undefined) return undefined;
  const read = readerOf(item);
  return {
    email: read.text('email'),
    attributes: read.json('attributes'),
    cohort: read.optionalText('cohort'),
    origin: read.oneOf('origin', ORIGINS),
    link: read.has('linkedUserId') ? parseLink(read) : undefined,
    createdAt: read.time('createdAt'),
    updatedAt: read.time('updatedAt'),
    revision: read.number('revision'),
  };
}

function parseLink(read: AttributeReader): RosterLink {
  const link = { userId: read.text('linkedUserId'), at: read.time('linkedAt') };
  return read.has('linkedCohort') ? { ...link, gaveCohort: true } : link;
}

/** The entry is still as it was read: `isSame` of the memory adapter says the same. */
export function entryIs(entry: RosterEntry | undefined): Expression {
  if (!entry) return { text: 'attribute_not_exists(#email)', names: { '#email': 'email' }, values: {} };
  return allOf(revisionIs(entry.revision), linkIs(entry.link));
}

function linkIs(link: RosterLink | undefined): Expression {
  const names = { '#linkedUser': 'linkedUserId' };
  if (!link) return { text: 'attribute_not_exists(#linkedUser)', names, values: {} };
  return { text: '#linkedUser = :linkedUser', names, values: { ':linkedUser': link.userId } };
}
