import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/** Where the engine keeps the records of every stream, and what it looks them up by. */
const TABLE = '_stream_records';
const COLUMNS = ['table_name', 'shard_id', 'sequence_number'];
/** Of an engine that is busy with a write of its own. */
const PATIENCE_MS = 5000;

/**
 * Makes writes to a table with a stream as cheap with many records kept as with none. Without it the engine reads all of
 * them to find the next sequence number; see docs/adr/0008. The engine notices nothing but that it has become faster.
 * @param file The engine's SQLite file, after its start. Nothing happens where an engine keeps its records otherwise.
 */
export function indexRecords(file: string): void {
  withRecords(file, (database) =>
    database.exec(
      `CREATE INDEX IF NOT EXISTS local_cloud_records ON ${TABLE} (table_name, CAST(sequence_number AS INTEGER))`,
    ),
  );
}

/**
 * Deletes what nobody will read again: the engine itself keeps every record for ever, also of tables that are gone.
 * @param before The oldest sequence number to keep. The newest record must be kept: the engine counts on from it.
 */
export function forgetRecords(file: string, shardId: string, before: string): void {
  withRecords(file, (database) =>
    database
      .prepare(`DELETE FROM ${TABLE} WHERE shard_id = ? AND CAST(sequence_number AS INTEGER) < CAST(? AS INTEGER)`)
      .run(shardId, before),
  );
}

function withRecords(file: string, use: (database: DatabaseSync) => unknown): void {
  if (!existsSync(file)) return;
  const database = new DatabaseSync(file, { timeout: PATIENCE_MS });
  try {
    const found = database.prepare('SELECT name FROM pragma_table_info(?)').all(TABLE);
    const names = new Set(found.map(({ name }) => name));
    if (COLUMNS.every((column) => names.has(column))) use(database);
  } finally {
    database.close();
  }
}
