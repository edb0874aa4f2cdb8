import { TABLE } from '../../shared/names/table.ts';

/** The partition keys of the table's items, or patterns of them, as policies name them. */
export const USERS = `${TABLE.userPrefix}*`;
/** Emails and usernames that belong to one user each: they move with the users, in the same transactions. */
export const NAMES = TABLE.reservation.prefixes.map((prefix) => `${prefix}*`);
/** Entries of pre-registered people change in the transactions that write users. */
export const ROSTER = 'roster#*';
export const INSTANCE = 'settings#instance';
export const RUNS = 'run#*';
export const HELD_DELETIONS = 'held#*';
export const LEASE = 'lease';
export const QUARANTINE = 'quarantine#*';
export const MARKS = 'marks';
export const WATERMARK = 'watermark';
/** Administrative actions: written twice each, and never changed by anybody else. */
export const AUDIT = 'audit#*';
