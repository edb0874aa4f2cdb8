import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { asList, asRecord, asText } from '../../cloud/json.ts';
import type { JsonRecord } from '../../cloud/json.ts';
import type { EngineLink } from './engine-link.ts';
import type { Tables } from './tables.ts';

/** What a write has left of an item: nothing, if it deleted it. */
export interface ItemState {
  readonly table: string;
  readonly key: JsonRecord;
  readonly item: JsonRecord | undefined;
}

const ACTIVE_POLLS = 600;
const POLL_MS = 100;

/**
 * Copies of tables, in the engine itself, that are some writes behind: what is read from them is what the table was. So
 * the engine evaluates every key condition, filter and page, and nothing of it is imitated.
 */
export class LaggingReplica {
  readonly #link: EngineLink;
  readonly #tables: Tables;
  /** How many writes of its table a copy is behind. */
  readonly #lag: number;
  readonly #copies = new Map<string, { readonly name: string; readonly pending: (readonly ItemState[])[] }>();

  constructor(link: EngineLink, tables: Tables, lag: number) {
    this.#link = link;
    this.#tables = tables;
    this.#lag = lag;
  }

  /** The copy's name; undefined while there is none. */
  copyOf(table: string): string | undefined {
    return this.#copies.get(table)?.name;
  }

  /** Makes a copy of the table as it is now, unless there is one. Nobody may write meanwhile. */
  async open(table: string): Promise<void> {
    if (this.#copies.has(table)) return;
    const { description } = await this.#tables.shapeOf(table);
    const name = `${table.slice(0, 200)}.${randomUUID()}`;
    await this.#link.ask('CreateTable', creationOf(name, description));
    await this.#untilActive(name);
    await this.#fill(table, name);
    this.#copies.set(table, { name, pending: [] });
  }

  /** Takes note of what one write has left. The copy follows once it is further behind than it should be. */
  async note(table: string, states: readonly ItemState[]): Promise<void> {
    const copy = this.#copies.get(table);
    if (copy === undefined) return;
    copy.pending.push(states);
    while (copy.pending.length > this.#lag) {
      for (const state of copy.pending.shift() ?? []) await this.#apply(copy.name, state);
    }
  }

  async close(): Promise<void> {
    for (const { name } of this.#copies.values()) await this.#link.ask('DeleteTable', { TableName: name });
    this.#copies.clear();
  }

  async #apply(name: string, { key, item }: ItemState): Promise<void> {
    if (item === undefined) await this.#link.ask('DeleteItem', { TableName: name, Key: key });
    else await this.#link.ask('PutItem', { TableName: name, Item: item });
  }

  async #fill(from: string, to: string): Promise<void> {
    let start: unknown;
    do {
      const page = await this.#link.ask('Scan', {
        TableName: from,
        ConsistentRead: true,
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      });
      for (const item of asList(page['Items'])) await this.#link.ask('PutItem', { TableName: to, Item: item });
      start = page['LastEvaluatedKey'];
    } while (start !== undefined);
  }

  async #untilActive(name: string): Promise<void> {
    for (let poll = 0; poll < ACTIVE_POLLS; poll += 1) {
      const { TableStatus: status } = asRecord((await this.#link.ask('DescribeTable', { TableName: name }))['Table']);
      if (status === 'ACTIVE') return;
      await sleep(POLL_MS);
    }
    throw new Error(`The table ${name} did not become active within ${(ACTIVE_POLLS * POLL_MS) / 1000} seconds.`);
  }
}

/** The parts of a description that make a table with the same keys and indexes. */
function creationOf(name: string, description: JsonRecord): JsonRecord {
  const globals = indexesOf(description['GlobalSecondaryIndexes']);
  const locals = indexesOf(description['LocalSecondaryIndexes']);
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: description['KeySchema'],
    AttributeDefinitions: description['AttributeDefinitions'],
    ...(globals.length > 0 ? { GlobalSecondaryIndexes: globals } : {}),
    ...(locals.length > 0 ? { LocalSecondaryIndexes: locals } : {}),
  };
}

function indexesOf(value: unknown): JsonRecord[] {
  return asList(value).map((item) => {
    const { IndexName, KeySchema, Projection } = asRecord(item);
    return { IndexName: asText(IndexName), KeySchema, Projection };
  });
}
