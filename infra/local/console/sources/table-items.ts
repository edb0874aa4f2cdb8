import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import { isDeepStrictEqual } from 'node:util';
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

/**
 * Everything that the table holds, by its key. It is scanned, which the product itself never does: a table on somebody's own
 * machine is small, and a scan alone sees what was changed behind everybody's back.
 */
export class TableItems {
  items: ReadonlyMap<string, JsonRecord> = new Map();
  readonly #client: DynamoDBClient;
  readonly #documents: DynamoDBDocumentClient;
  readonly #tableName: string;

  constructor({ dynamodb: endpoint, region, tableName }: Pick<ConsolePlace, 'dynamodb' | 'region' | 'tableName'>) {
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    this.#client = new DynamoDBClient({ endpoint, region, credentials, ...LIMITS });
    this.#documents = DynamoDBDocumentClient.from(this.#client);
    this.#tableName = tableName;
  }

  /** @returns what has changed since the last time @throws Unreachable */
  async refresh(): Promise<ItemChange[]> {
    const before = this.items;
    const after = await this.#scan();
    this.items = after;
    const gone = [...before]
      .filter(([key]) => !after.has(key))
      .map(([key, item]) => ({ key, before: item, after: undefined }));
    const others = [...after].flatMap(([key, item]) =>
      isDeepStrictEqual(before.get(key), item) ? [] : [{ key, before: before.get(key), after: item }],
    );
    return [...gone, ...others];
  }

  close(): void {
    this.#client.destroy();
  }

  async #scan(): Promise<Map<string, JsonRecord>> {
    const found = new Map<string, JsonRecord>();
    try {
      const input = { TableName: this.#tableName, ConsistentRead: true };
      for await (const { Items: items = [] } of paginateScan({ client: this.#documents }, input)) {
        for (const item of items) found.set(String(item['pk']), item);
      }
    } catch (error) {
      throw new Unreachable(
        'The table',
        error instanceof Error ? `cannot be read: ${error.name}` : 'cannot be read',
        error,
      );
    }
    return found;
  }
}
