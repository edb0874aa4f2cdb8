import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { forgetRecords, indexRecords } from '../../../infra/local/dynamodb/stream-records.ts';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stream-records-'));
  file = join(folder, 'dynamodb.sqlite');
});
afterEach(() => rmSync(folder, { recursive: true }));

function query(sql: string): unknown[] {
  const database = new DatabaseSync(file);
  try {
    return database
      .prepare(sql)
      .all()
      .map((row) => Object.values(row)[0]);
  } finally {
    database.close();
  }
}

const indexes = (): unknown[] => query("SELECT name FROM sqlite_master WHERE type = 'index'");

describe("an engine's file", () => {
  it('loses the records before a number, by number and not by text, of one shard only', () => {
    query('CREATE TABLE _stream_records (table_name TEXT, shard_id TEXT, sequence_number TEXT)');
    for (const [shard, number] of [
      ['a', 8],
      ['a', 9],
      ['a', 10],
      ['b', 1],
    ] as const) {
      query(`INSERT INTO _stream_records VALUES ('t', '${shard}', '${number}')`);
    }
    indexRecords(file);
    indexRecords(file);
    expect(indexes()).toEqual(['local_cloud_records']);
    forgetRecords(file, 'a', '10');
    expect(query('SELECT shard_id || sequence_number FROM _stream_records')).toEqual(['a10', 'b1']);
  });

  it('is left as it is when it keeps its records otherwise', () => {
    query('CREATE TABLE _stream_records (stream TEXT, body TEXT)');
    query("INSERT INTO _stream_records VALUES ('a', 'b')");
    indexRecords(file);
    forgetRecords(file, 'a', '10');
    expect([indexes(), query('SELECT body FROM _stream_records')]).toEqual([[], ['b']]);
  });

  it('is not made where there is none', () => {
    indexRecords(file);
    forgetRecords(file, 'a', '10');
    expect(existsSync(file)).toBe(false);
  });

  it('is named as it is when it is no database', () => {
    writeFileSync(file, 'no database at all, but long enough to be looked at');
    expect(() => indexRecords(file)).toThrow(/not a database/);
  });
});
