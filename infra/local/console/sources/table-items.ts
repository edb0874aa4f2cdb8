import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BatchGetCommand, DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import { isDeepStrictEqual } from 'node:util';
import { TABLE } from '../../../../shared/names/table.ts';
import type { JsonRecord } from '../../cloud/json.ts';
import type { ConsolePlace } from '../place.ts';
import { Unreachable } from './call.ts';

/** An item that is not as it was; undefined for one that was not there, or is there no more. */
export interface ItemChange {
  readonly key: string;
  readonly before: JsonRecord | undefined;
  readonly after: JsonRecord | undefined;
}

/** A local engine answers at once or not at all. */
const LIMITS = { maxAttempts: 1, requestHandler: { connectionTimeout: 1_000, requestTimeout: 5_000 } };

/** What DynamoDB takes in one request. */
const MOST_KEYS = 100;

/**
 * Users and runs as the table has them, by their key. It is scanned, which the product itself never does: a table on somebody's
 * own machine is small, and a scan alone sees what was changed behind everybody's back.
 */
export class TableItems {
  readonly items = new Map<string, JsonRecord>();
  readonly #client: DynamoDBClient;
  readonly #documents: DynamoDBDocumentClient;
  readonly #tableName: string;

  constructor({ dynamodb: endpoint, region, tableName }: Pick<ConsolePlace, 'dynamodb' | 'region' | 'tableName'>) {
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    this.#client = new DynamoDBClient({ endpoint, region, credentials, ...LIMITS });
    this.#documents = DynamoDBDocumentClient.from(this.#client);
    this.#tableName = tableName;
  }

  /** Reads everything. @returns what has changed since the last time @throws Unreachable */
  async refreshAll(): Promise<readonly ItemChange[]> {
    const found = await reading(() => this.#scan());
    return this.#take(new Set([...this.items.keys(), ...found.keys()]), found);
  }

  /** Reads single items: what costs the same however large the table is. @throws Unreachable */
  async refresh(keys: readonly string[]): Promise<readonly ItemChange[]> {
    const wanted = new Set(keys.slice(0, MOST_KEYS));
    if (wanted.size === 0) return [];
    const { found, putOff } = await reading(() => this.#get([...wanted]));
    return this.#take(new Set([...wanted].filter((key) => !putOff.has(key))), found);
  }

  close(): void {
    this.#client.destroy();
  }

  #take(keys: ReadonlySet<string>, found: ReadonlyMap<string, JsonRecord>): ItemChange[] {
    const changes: ItemChange[] = [];
    for (const key of keys) {
      const before = this.items.get(key);
      const after = found.get(key);
      if (isSame(before, after)) continue;
      changes.push({ key, before, after });
      if (after === undefined) this.items.delete(key);
      else this.items.set(key, after);
    }
    return changes;
  }

  async #scan(): Promise<Map<string, JsonRecord>> {
    const input = {
      TableName: this.#tableName,
      ConsistentRead: true,
      FilterExpression: 'begins_with(pk, :user) OR begins_with(pk, :run)',
      ExpressionAttributeValues: { ':user': TABLE.userPrefix, ':run': 'run#' },
    };
    const found = new Map<string, JsonRecord>();
    for await (const { Items: items = [] } of paginateScan({ client: this.#documents }, input)) {
      for (const item of items) found.set(keyOf(item), item);
    }
    return found;
  }

  async #get(keys: readonly string[]): Promise<{ found: Map<string, JsonRecord>; putOff: ReadonlySet<string> }> {
    const asked = { Keys: keys.map((pk) => ({ pk })), ConsistentRead: true };
    const command = new BatchGetCommand({ RequestItems: { [this.#tableName]: asked } });
    const { Responses: responses = {}, UnprocessedKeys: unprocessed = {} } = await this.#documents.send(command);
    const items = responses[this.#tableName] ?? [];
    // They are read with the next look.
    const putOff = unprocessed[this.#tableName]?.Keys ?? [];
    return { found: new Map(items.map((item) => [keyOf(item), item])), putOff: new Set(putOff.map(keyOf)) };
  }
}

function keyOf({ pk }: JsonRecord): string {
  return String(pk);
}

async function reading<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const problem = error instanceof Error ? `cannot be read: ${error.name}` : 'cannot be read';
    throw new Unreachable('The table', problem, error);
  }
}

/** An engine gives attributes in any order. Most are plain values: those are compared without looking deeper. */
function isSame(a: JsonRecord | undefined, b: JsonRecord | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  return names.every(
    (name) => a[name] === b[name] || (typeof a[name] === 'object' && isDeepStrictEqual(a[name], b[name])),
  );
}
