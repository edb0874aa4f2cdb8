/**
 * What the rule decides, row by row: every kind of tombstone, against everything a source can say.
 * `takes` names the groups whose content and version come from the snapshot (`lowest`: at the lowest version); everything
 * else must be left exactly as it was, which each row checks too. `(profile)` and `(record)` stand for all known fields.
 */
import { describe, expect, it } from 'vitest';
import { decided, expected, parseTable } from '../../support/domain/decision-table.ts';
import { NOW, SNAPSHOTS, STATES } from '../../support/domain/situations.ts';

const NAMES = Object.keys(SNAPSHOTS);

// snapshot | outcome | writes | takes | changed fields; `event …` stands for every event without a row of its own.
const TABLES = {
  'deleted after the last change': `
    event …                                              | stale     | -      | -              | -
    read by a run, 1 ms later                            | restored  | writes | profile record | firstName deletedAt
    read by a run, older content, long after             | restored  | writes | profile record | deletedAt
    read by an admin, 1 ms later                         | restored  | writes | profile record | firstName deletedAt
    read …                                               | stale     | -      | -              | -
    token …                                              | stale     | -      | -              | -
    deletion older than everything                       | unchanged | -      | -              | -
    deletion at the early deletion                       | unchanged | -      | -              | -
    deletion 1 ms before the deletion                    | unchanged | -      | -              | -
    deletion at the deletion                             | unchanged | -      | -              | -
    deletion 1 ms after the deletion                     | deleted   | writes | -              | deletedAt
    deletion 1 ms before the restoration                 | deleted   | writes | -              | deletedAt
    deletion at the restoration                          | deleted   | writes | -              | deletedAt
    deletion 1 ms after the restoration                  | deleted   | writes | -              | deletedAt
    deletion newer than everything                       | deleted   | writes | -              | deletedAt`,

  'deleted by a deletion older than the last change': `
    event …                                              | stale     | -      | -              | -
    read by a run, before the deletion                   | restored  | writes | profile record | deletedAt
    read by a run, 5 min after the deletion              | restored  | writes | profile record | deletedAt
    read by a run, 1 ms later                            | restored  | writes | profile record | firstName deletedAt
    read by a run, older content, long after             | restored  | writes | profile record | deletedAt
    read by an admin, 5 min after the deletion           | restored  | writes | profile record | deletedAt
    read by an admin, 1 ms later                         | restored  | writes | profile record | firstName deletedAt
    read …                                               | stale     | -      | -              | -
    token …                                              | stale     | -      | -              | -
    deletion older than everything                       | unchanged | -      | -              | -
    deletion at the early deletion                       | unchanged | -      | -              | -
    deletion 1 ms before the deletion                    | deleted   | writes | -              | deletedAt
    deletion at the deletion                             | deleted   | writes | -              | deletedAt
    deletion 1 ms after the deletion                     | deleted   | writes | -              | deletedAt
    deletion 1 ms before the restoration                 | deleted   | writes | -              | deletedAt
    deletion at the restoration                          | deleted   | writes | -              | deletedAt
    deletion 1 ms after the restoration                  | deleted   | writes | -              | deletedAt
    deletion newer than everything                       | deleted   | writes | -              | deletedAt`,

  'deleted before anything else was heard': `
    event …                                              | stale     | -      | -              | -
    read by a run, 1 ms later                            | restored  | writes | profile record | (profile) (record) deletedAt
    read by a run, older content, long after             | restored  | writes | profile record | (profile) (record) deletedAt
    read by an admin, 1 ms later                         | restored  | writes | profile record | (profile) (record) deletedAt
    read …                                               | stale     | -      | -              | -
    token …                                              | stale     | -      | -              | -
    deletion older than everything                       | unchanged | -      | -              | -
    deletion at the early deletion                       | unchanged | -      | -              | -
    deletion 1 ms before the deletion                    | unchanged | -      | -              | -
    deletion at the deletion                             | unchanged | -      | -              | -
    deletion 1 ms after the deletion                     | deleted   | writes | -              | deletedAt
    deletion 1 ms before the restoration                 | deleted   | writes | -              | deletedAt
    deletion at the restoration                          | deleted   | writes | -              | deletedAt
    deletion 1 ms after the restoration                  | deleted   | writes | -              | deletedAt
    deletion newer than everything                       | deleted   | writes | -              | deletedAt`,

  erased: `
    event …                                              | stale     | -      | -              | -
    read by a run, 1 ms later                            | updated   | writes | -              | -
    read by a run, older content, long after             | updated   | writes | -              | -
    read by an admin, 1 ms later                         | restored  | writes | profile record | (profile) (record) deletedAt
    read …                                               | stale     | -      | -              | -
    token …                                              | stale     | -      | -              | -
    deletion older than everything                       | unchanged | -      | -              | -
    deletion at the early deletion                       | unchanged | -      | -              | -
    deletion 1 ms before the deletion                    | unchanged | -      | -              | -
    deletion at the deletion                             | unchanged | -      | -              | -
    deletion 1 ms after the deletion                     | deleted   | writes | -              | deletedAt
    deletion 1 ms before the restoration                 | deleted   | writes | -              | deletedAt
    deletion at the restoration                          | deleted   | writes | -              | deletedAt
    deletion 1 ms after the restoration                  | deleted   | writes | -              | deletedAt
    deletion newer than everything                       | deleted   | writes | -              | deletedAt`,

  'erased while she lived, since Clerk had her': `
    event …                                              | stale     | -      | -              | -
    read by an admin, 1 ms later                         | restored  | writes | profile record | (profile) (record) deletedAt
    read …                                               | stale     | -      | -              | -
    token …                                              | stale     | -      | -              | -
    deletion older than everything                       | deleted   | writes | -              | -
    deletion at the early deletion                       | deleted   | writes | -              | -
    deletion 1 ms before the deletion                    | deleted   | writes | -              | -
    deletion at the deletion                             | deleted   | writes | -              | -
    deletion 1 ms after the deletion                     | deleted   | writes | -              | deletedAt
    deletion 1 ms before the restoration                 | deleted   | writes | -              | deletedAt
    deletion at the restoration                          | deleted   | writes | -              | deletedAt
    deletion 1 ms after the restoration                  | deleted   | writes | -              | deletedAt
    deletion newer than everything                       | deleted   | writes | -              | deletedAt`,

  'erased after a deletion, although Clerk had her': `
    event …                                              | stale     | -      | -              | -
    read by an admin, 1 ms later                         | restored  | writes | profile record | (profile) (record) deletedAt
    read …                                               | stale     | -      | -              | -
    token …                                              | stale     | -      | -              | -
    deletion older than everything                       | deleted   | writes | -              | -
    deletion at the early deletion                       | deleted   | writes | -              | -
    deletion 1 ms before the deletion                    | deleted   | writes | -              | -
    deletion at the deletion                             | deleted   | writes | -              | -
    deletion 1 ms after the deletion                     | deleted   | writes | -              | deletedAt
    deletion 1 ms before the restoration                 | deleted   | writes | -              | deletedAt
    deletion at the restoration                          | deleted   | writes | -              | deletedAt
    deletion 1 ms after the restoration                  | deleted   | writes | -              | deletedAt
    deletion newer than everything                       | deleted   | writes | -              | deletedAt`,

  'restored, then deleted again': `
    event …                                              | stale     | -      | -              | -
    read by a run, older content, long after             | restored  | writes | profile record | deletedAt
    read …                                               | stale     | -      | -              | -
    token …                                              | stale     | -      | -              | -
    deletion older than everything                       | stale     | -      | -              | -
    deletion at the early deletion                       | stale     | -      | -              | -
    deletion 1 ms before the deletion                    | stale     | -      | -              | -
    deletion at the deletion                             | stale     | -      | -              | -
    deletion 1 ms after the deletion                     | stale     | -      | -              | -
    deletion 1 ms before the restoration                 | stale     | -      | -              | -
    deletion at the restoration                          | stale     | -      | -              | -
    deletion 1 ms after the restoration                  | unchanged | -      | -              | -
    deletion newer than everything                       | deleted   | writes | -              | deletedAt`,
} as const;

describe.each(Object.entries(TABLES))('a tombstone: %s', (state, text) => {
  const stored = STATES[state as keyof typeof TABLES];
  it.each(parseTable(text, NAMES))('$name → $outcome', (row) => {
    const snapshot = SNAPSHOTS[row.name];
    if (!snapshot) throw new Error(`No snapshot is named ${row.name}.`);
    expect(decided(stored, snapshot, NOW)).toEqual(expected(row, stored, snapshot));
  });
});
