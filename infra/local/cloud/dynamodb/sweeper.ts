import { EngineRefusal } from '../../dynamodb/faulty/engine-link.ts';
import type { EngineLink } from '../../dynamodb/faulty/engine-link.ts';
import type { LocalClock } from '../../clock.ts';
import { asList, isRecord } from '../json.ts';
import type { JsonRecord } from '../json.ts';
import type { TableDefinition } from './definition.ts';

export interface SweeperOptions {
  readonly table: TableDefinition;
  /** The engine itself: expiry meets no faults between functions and tables. */
  readonly engine: Pick<EngineLink, 'ask'>;
  readonly clock: LocalClock;
}

/** What one sweep looks at, in pages of 1 MB; the next one goes on from there, so that a large table costs no more. */
const PAGES = 20;
/** DynamoDB leaves alone what looks like a mistake: a time longer ago than that. */
const OLDEST_SECONDS = 5 * 365 * 86_400;
/** As many deletions are remembered as a stream may be behind. */
const REMEMBERED = 10_000;

/** Deletes the items of one table whose time is over. */
export class Sweeper {
  readonly #options: SweeperOptions;
  readonly #keyNames: readonly string[];
  readonly #deleted = new Set<string>();
  #from: JsonRecord | undefined;

  constructor(options: SweeperOptions) {
    this.#options = options;
    this.#keyNames = (options.table.create.KeySchema ?? []).map(({ AttributeName }) => AttributeName ?? '');
  }

  get tableName(): string {
    return this.#options.table.create.TableName;
  }

  /** Whether it has deleted an item with this key. */
  hasDeleted(keys: JsonRecord): boolean {
    return this.#deleted.has(this.#nameOf(keys));
  }

  /** @param isWhole Whether to look at the whole table. @throws When the engine cannot be asked. */
  async sweep(isWhole: boolean): Promise<void> {
    if (isWhole) this.#from = undefined;
    for (let left = isWhole ? Infinity : PAGES; left > 0; left -= 1) {
      const page = await this.#options.engine.ask('Scan', this.#scan());
      for (const item of asList(page['Items']).filter(isRecord)) await this.#delete(item);
      this.#from = isRecord(page['LastEvaluatedKey']) ? page['LastEvaluatedKey'] : undefined;
      if (this.#from === undefined) return;
    }
  }

  /** Only numbers can be over. */
  #scan(): JsonRecord {
    const now = Math.floor(this.#options.clock.now() / 1000);
    return {
      TableName: this.tableName,
      FilterExpression: '#time BETWEEN :oldest AND :now',
      ...this.#names(),
      ExpressionAttributeValues: { ':oldest': { N: String(now - OLDEST_SECONDS) }, ':now': { N: String(now - 1) } },
      ...(this.#from === undefined ? {} : { ExclusiveStartKey: this.#from }),
    };
  }

  /** Unless somebody has given it more time since. */
  async #delete(item: JsonRecord): Promise<void> {
    const Key = Object.fromEntries(this.#keyNames.map((name) => [name, item[name]]));
    this.#remember(Key);
    try {
      await this.#options.engine.ask('DeleteItem', {
        TableName: this.tableName,
        Key,
        ConditionExpression: '#time = :time',
        ...this.#names(),
        ExpressionAttributeValues: { ':time': item[this.#attribute] },
      });
    } catch (error) {
      this.#deleted.delete(this.#nameOf(Key));
      if (!(error instanceof EngineRefusal && error.type === 'ConditionalCheckFailedException')) throw error;
    }
  }

  get #attribute(): string {
    return this.#options.table.timeToLiveAttribute ?? '';
  }

  #names(): JsonRecord {
    return { ExpressionAttributeNames: { '#time': this.#attribute } };
  }

  #remember(keys: JsonRecord): void {
    this.#deleted.add(this.#nameOf(keys));
    const [oldest] = this.#deleted;
    if (oldest !== undefined && this.#deleted.size > REMEMBERED) this.#deleted.delete(oldest);
  }

  #nameOf(keys: JsonRecord): string {
    return JSON.stringify(this.#keyNames.map((name) => keys[name]));
  }
}
