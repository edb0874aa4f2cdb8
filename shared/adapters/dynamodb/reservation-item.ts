import { createHash } from 'node:crypto';
import { TABLE } from '../../names/table.ts';
import type { NameChange } from '../../domain/name-change.ts';
import type { Name, Reservation } from '../../domain/names.ts';
import { freeName, nameKey } from '../../domain/names.ts';
import type { Attributes } from './attribute-value.ts';
import { CONFLICTS, sortKey } from './creation-index.ts';
import { expiryAfter, FREE_NAME_DAYS } from './expiry.ts';
import type { Expression } from './expression.ts';
import { allOf, update } from './expression.ts';
import { readerOf } from './read-attributes.ts';
import type { ItemChange } from './user-item.ts';

/** @returns the name that an item's key stands for; undefined for the key of another kind of item */
export function nameOfKey(key: string): Name | undefined {
  const [, kind, value] = /^(email|username)#(.+)$/s.exec(key) ?? [];
  if (value === undefined) return undefined;
  return { kind: kind === 'email' ? 'email' : 'username', value };
}

/** Reads a reservation; no item is a name that nobody has. */
export function parseReservation(name: Name, item: Attributes | undefined): Reservation {
  if (!item) return freeName(name);
  const read = readerOf(item);
  return {
    name,
    owner: read.optionalText('owner'),
    lastOwner: read.optionalText('lastOwner'),
    claimants: read.textSet('claimants'),
    isListed: read.has(TABLE.index.partitionKey),
    revision: read.number('revision'),
  };
}

/**
 * What a change writes. Every change counts the revision on, and it never begins where it began before: a reservation that was
 * removed and is written anew must not have a revision that somebody has read in its earlier life.
 */
export function reservationUpdate(change: NameChange, now: number): Expression {
  const { takenBy, waiting, leaving } = change;
  const gone = waiting.length > 0 ? [] : [...leaving, ...(takenBy === undefined ? [] : [takenBy])];
  const expiry = freedUntil(change, now);
  const computed = ['#revision = if_not_exists(#revision, :before) + :one', ...(expiry ? [expiry.text] : [])];
  const set = update({ ...ownership(change), ...lifetime(change), ...listing(change, now) }, computed);
  const adds = waiting.length > 0 ? 'ADD #claimants :waiting' : '';
  const deletes = gone.length > 0 ? 'DELETE #claimants :gone' : '';
  return {
    text: [set.text, adds, deletes].filter(Boolean).join(' '),
    names: {
      ...set.names,
      ...expiry?.names,
      '#revision': 'revision',
      ...((waiting.length > 0 || gone.length > 0) && { '#claimants': 'claimants' }),
    },
    values: {
      ...set.values,
      ...expiry?.values,
      ':before': revisionBefore(change),
      ':one': 1,
      ...(waiting.length > 0 && { ':waiting': new Set(waiting) }),
      ...(gone.length > 0 && { ':gone': new Set(gone) }),
    },
  };
}

/** Where the revision of a reservation begins that this change is the first to write: one of 2^48 places, drawn by the write. */
export function revisionBefore({ by }: NameChange): number {
  return createHash('sha256').update(by).digest().readUIntBE(0, 6);
}

function ownership({ takenBy, releasedBy, isRetired, forgotten }: NameChange): ItemChange {
  if (takenBy !== undefined) return { owner: takenBy, lastOwner: undefined };
  if (releasedBy !== undefined) return { owner: undefined, ...(isRetired === true && { lastOwner: releasedBy }) };
  return forgotten === undefined ? {} : { lastOwner: undefined };
}

/** Keeps what somebody waits for from its time to live, seconds: the end of the year 9999. */
const FOR_EVER = 253_402_300_799;

/** A name that somebody has, had or waits for stays. */
function lifetime({ takenBy, isRetired, waiting }: NameChange): ItemChange {
  if (waiting.length > 0) return { [TABLE.timeToLive]: undefined, keptUntil: FOR_EVER };
  return takenBy !== undefined || isRetired === true ? { [TABLE.timeToLive]: undefined } : {};
}

/** What nobody needs is removed soon, and by its time to live at the latest, unless somebody waits for it. */
function freedUntil(change: NameChange, now: number): Expression | undefined {
  const { takenBy, releasedBy, isRetired, waiting, forgotten } = change;
  const isFreed = (releasedBy !== undefined && isRetired !== true) || forgotten !== undefined;
  if (!isFreed || takenBy !== undefined || waiting.length > 0) return undefined;
  return {
    text: '#expiresAt = if_not_exists(#keptUntil, :freedUntil)',
    names: { '#expiresAt': TABLE.timeToLive, '#keptUntil': 'keptUntil' },
    values: { ':freedUntil': expiryAfter(now, FREE_NAME_DAYS) },
  };
}

/** Only a name that somebody waits for is on the index. */
function listing({ name, waiting }: NameChange, now: number): ItemChange {
  if (waiting.length === 0) return {};
  return { [TABLE.index.partitionKey]: CONFLICTS, [TABLE.index.sortKey]: sortKey(now, nameKey(name)) };
}

/** On what condition a change is made: `isMet` of the memory adapter says the same. Undefined: on none. */
export function reservationCondition(change: NameChange): Expression | undefined {
  const clauses = [...ownerClauses(change), ...lastOwnerClauses(change), ...change.leaving.map(isWaiting)];
  return clauses.length > 0 ? allOf(...clauses) : undefined;
}

function ownerClauses({ takenBy, releasedBy, waiting }: NameChange): Expression[] {
  const names = { '#owner': 'owner' };
  if (releasedBy !== undefined) return [{ text: '#owner = :releasedBy', names, values: { ':releasedBy': releasedBy } }];
  if (takenBy !== undefined) {
    const text = '(attribute_not_exists(#owner) OR #owner = :takenBy)';
    return [{ text, names, values: { ':takenBy': takenBy } }];
  }
  return waiting.length > 0 ? [{ text: 'attribute_exists(#owner)', names, values: {} }] : [];
}

/** Its owner is still who was read, or still nobody. */
export function ownerIs(owner: string | undefined): Expression {
  const names = { '#owner': 'owner' };
  if (owner === undefined) return { text: 'attribute_not_exists(#owner)', names, values: {} };
  return { text: '#owner = :owner', names, values: { ':owner': owner } };
}

function lastOwnerClauses({ inheritedFrom, forgotten }: NameChange): Expression[] {
  const expected = inheritedFrom ?? forgotten;
  if (expected === undefined) return [];
  return [
    { text: '#lastOwner = :lastOwner', names: { '#lastOwner': 'lastOwner' }, values: { ':lastOwner': expected } },
  ];
}

function isWaiting(userId: string, position: number): Expression {
  const value = `:leaving${position}`;
  return { text: `contains(#claimants, ${value})`, names: { '#claimants': 'claimants' }, values: { [value]: userId } };
}
