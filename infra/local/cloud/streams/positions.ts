import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { asRecord, asText, isRecord, parseJson } from '../json.ts';

/** How far the reader of a table's stream has come. */
export interface Position {
  readonly tableId: string;
  /** The last sequence number that is done with, for each shard. A shard without one is read from its beginning. */
  readonly shards: ReadonlyMap<string, string>;
}

/** How far each mapping has come, in memory and, with a file, on disk: written whole. */
export class Positions {
  readonly #positions = new Map<string, Position>();
  readonly #file: string | undefined;

  /** @throws When the file is not one of this class. */
  constructor(file?: string) {
    this.#file = file;
    if (file === undefined || !existsSync(file)) return;
    const stored = parseJson(readFileSync(file, 'utf8'));
    if (!isRecord(stored)) {
      throw new Error(`${file} does not hold positions in streams: delete it, or start with --fresh.`);
    }
    for (const [mapping, position] of Object.entries(stored)) this.#positions.set(mapping, parsePosition(position));
  }

  of(mapping: string): Position | undefined {
    return this.#positions.get(mapping);
  }

  set(mapping: string, position: Position): void {
    this.#positions.set(mapping, position);
    this.#write();
  }

  move(mapping: string, shardId: string, sequenceNumber: string): void {
    const { tableId, shards } = this.#positions.get(mapping) ?? { tableId: '', shards: new Map<string, string>() };
    if (shards.get(shardId) === sequenceNumber) return;
    this.set(mapping, { tableId, shards: new Map([...shards, [shardId, sequenceNumber]]) });
  }

  #write(): void {
    if (this.#file === undefined) return;
    const stored = [...this.#positions].map(([mapping, { tableId, shards }]) => {
      return [mapping, { tableId, shards: Object.fromEntries(shards) }] as const;
    });
    const draft = `${this.#file}.${process.pid}`;
    writeFileSync(draft, JSON.stringify(Object.fromEntries(stored)));
    renameSync(draft, this.#file);
  }
}

function parsePosition(value: unknown): Position {
  const stored = asRecord(value);
  const shards = Object.entries(asRecord(stored['shards'])).map(([id, after]) => [id, asText(after) ?? ''] as const);
  return { tableId: asText(stored['tableId']) ?? '', shards: new Map(shards.filter(([, after]) => after !== '')) };
}
