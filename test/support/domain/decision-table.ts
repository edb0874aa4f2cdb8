/** Reads decision tables written as text, and says in their words what the rule decides. */
import { merge } from '../../../shared/domain/merge.ts';
import type { Snapshot } from '../../../shared/domain/snapshot.ts';
import type { MirroredUser, Register } from '../../../shared/domain/user.ts';
import { blankUser } from '../../../shared/domain/user.ts';
import { frozen, ID } from './builders.ts';

export interface Row {
  readonly name: string;
  /** `ask` or an outcome. */
  readonly outcome: string;
  readonly writes: boolean;
  /** Groups whose content comes from the snapshot. */
  readonly takes: readonly string[];
  readonly changes: readonly string[];
}

/**
 * `name | outcome | writes or - | groups taken | changed fields`, one row a line; `event …` stands for every snapshot whose
 * name begins with `event` and that has no row of its own.
 *
 * @returns one row for each name
 * @throws Error when a row names no snapshot, or a snapshot has no row or two
 */
export function parseTable(text: string, names: readonly string[]): Row[] {
  const rows = text
    .trim()
    .split('\n')
    .map((line) => parseRow(line));
  checkNames(rows, names);
  return names.map((name) => {
    const row = rows.find((row) => row.name === name) ?? rows.find((row) => covers(row, name));
    if (!row) throw new Error(`The table says nothing about: ${name}.`);
    return { ...row, name };
  });
}

const REST = ' …';

function covers(row: Row, name: string): boolean {
  return row.name.endsWith(REST) && name.startsWith(row.name.slice(0, -REST.length));
}

function checkNames(rows: readonly Row[], names: readonly string[]): void {
  if (new Set(rows.map(({ name }) => name)).size < rows.length) throw new Error('A snapshot has two rows.');
  const idle = rows.filter((row) => !names.some((name) => name === row.name || covers(row, name)));
  if (idle.length > 0) throw new Error(`No such snapshot: ${idle.map(({ name }) => name).join('; ')}.`);
}

/** Every profile field, and every record field that the snapshots here give a value. */
const SHORT: Readonly<Record<string, readonly string[]>> = {
  '(profile)': ['email', 'firstName', 'lastName', 'imageUrl'],
  '(record)': ['verifiedEmail', 'externalId', 'banned', 'deprovisioned', 'publicMetadata', 'clerkCreatedAt'],
};

function parseRow(line: string): Row {
  const [name = '', outcome = '', writes = '', takes = '', changes = ''] = line.split('|').map((cell) => cell.trim());
  const fields = words(changes).flatMap((word) => SHORT[word] ?? [word]);
  return { name, outcome, writes: writes === 'writes', takes: words(takes), changes: fields };
}

function words(cell: string): string[] {
  return cell.split(/[ ,]+/).filter((word) => word !== '' && word !== '-');
}

/** A decision in the table's words, with all of what is left. */
export type Told =
  | { readonly outcome: 'ask' }
  | {
      readonly outcome: string;
      readonly writes: boolean;
      readonly changes: readonly string[];
      readonly next: MirroredUser;
    };

/** What the rule decides. */
export function decided(stored: MirroredUser | undefined, snapshot: Snapshot, now: number): Told {
  const decision = merge(frozen(stored), frozen(snapshot), now);
  if (decision.ask) return { outcome: 'ask' };
  const { outcome, write, next } = decision;
  return { outcome, writes: write, changes: decision.changedFields.toSorted(), next };
}

/** What a row says that it decides. */
export function expected(row: Row, stored: MirroredUser | undefined, snapshot: Snapshot): Told {
  const { outcome, writes, changes } = row;
  if (outcome === 'ask') return { outcome };
  const before = stored ?? blankUser(ID);
  const next = { ...before, ...groupsOf(row, before, snapshot), ...standingOf(outcome, before, snapshot) };
  return { outcome, writes, changes: changes.toSorted(), next };
}

/** The groups after the write: taken from the snapshot or exactly as they were, at a version that did not decrease. */
function groupsOf({ takes }: Row, before: MirroredUser, snapshot: Snapshot): Partial<MirroredUser> {
  if (snapshot.source === 'deletion') return {};
  const version = { asOf: snapshot.asOf ?? 0, seenAt: snapshot.source === 'token' ? 0 : snapshot.seenAt };
  const content = snapshot.source === 'token' ? { ...before.profile.content, ...snapshot.claims } : snapshot.profile;
  const profile = { content, version: takes.includes('lowest') ? { asOf: 0, seenAt: 0 } : version };
  const taken = takes.includes('profile') ? { profile: atLeast(profile, before.profile) } : {};
  if (snapshot.source === 'token' || !takes.includes('record')) return taken;
  const record = atLeast({ content: snapshot.record, version }, before.record);
  return { ...taken, record, locked: snapshot.locked };
}

function atLeast<T>(taken: Register<T>, before: Register<T> | undefined): Register<T> {
  const versions = [taken.version, ...(before ? [before.version] : [])];
  const [version = taken.version] = versions.toSorted((a, b) => b.asOf - a.asOf || b.seenAt - a.seenAt);
  return { content: taken.content, version };
}

function standingOf(outcome: string, before: MirroredUser, snapshot: Snapshot): Partial<MirroredUser> {
  const { inClerk = false, ...tombstone } = before.tombstone ?? { deletedAt: 0 };
  if (outcome === 'deleted' && snapshot.source === 'deletion') {
    return {
      tombstone: { ...tombstone, deletedAt: inClerk ? Math.max(tombstone.deletedAt, snapshot.at) : snapshot.at },
    };
  }
  if (outcome === 'updated' && before.tombstone) return { tombstone: { ...tombstone, inClerk: true } };
  if (outcome === 'restored' && snapshot.source === 'read') {
    return { tombstone: undefined, restoredAt: snapshot.seenAt };
  }
  return {};
}
