import { asText, isRecord } from '../../cloud/json.ts';
import type { StoreFaults } from '../faults.ts';
import { readsIndexes } from './call.ts';
import type { Answer, Call } from './call.ts';
import type { Draws } from './draws.ts';
import { EngineRefusal } from './engine-link.ts';
import type { EngineLink } from './engine-link.ts';
import { LaggingReplica } from './lagging-replica.ts';
import type { ItemState } from './lagging-replica.ts';
import type { Tables } from './tables.ts';
import { writtenItems } from './written-items.ts';
import type { WrittenItem } from './written-items.ts';

/**
 * What makes reads old: follows every write that goes through here, and answers some reads from copies that are behind.
 * Whoever writes to the engine directly is not followed.
 */
export class Replicas {
  readonly #link: EngineLink;
  readonly #tables: Tables;
  readonly #draws: Draws;
  readonly #staleRate: number;
  readonly #index: LaggingReplica | undefined;
  readonly #stale: LaggingReplica | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(link: EngineLink, tables: Tables, draws: Draws, { staleReads, indexLag }: StoreFaults) {
    this.#link = link;
    this.#tables = tables;
    this.#draws = draws;
    this.#staleRate = staleReads.rate;
    this.#index = indexLag > 0 ? new LaggingReplica(link, tables, indexLag) : undefined;
    this.#stale = makesStale(staleReads) ? new LaggingReplica(link, tables, staleReads.writes) : undefined;
  }

  static areNeeded({ staleReads, indexLag }: StoreFaults): boolean {
    return indexLag > 0 || makesStale(staleReads);
  }

  async send(call: Call): Promise<Answer> {
    const written = writtenItems(call);
    if (written.length > 0) return this.#inTurn(() => this.#write(call, written));
    const replica = this.#replicaFor(call);
    const table = asText(call.input['TableName']) ?? '';
    if (replica === undefined || !(await this.#inTurn(() => opened(replica, table)))) return this.#link.send(call);
    return this.#readCopy(call, table, replica);
  }

  /** Deletes the copies. */
  async close(): Promise<void> {
    await this.#inTurn(async () => {
      for (const replica of this.#all()) await replica.close();
    });
  }

  /** Every write has a turn of its own: two at a time could be noted in another order than the engine applied them. */
  #inTurn<T>(job: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(job);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  async #write(call: Call, written: readonly WrittenItem[]): Promise<Answer> {
    const tables = new Set(written.map(({ table }) => table));
    for (const table of tables) for (const replica of this.#all()) await opened(replica, table);
    const answer = await this.#link.send(call);
    if (answer.status !== 200) return answer;
    for (const [table, items] of Map.groupBy(written, ({ table }) => table)) {
      const states = await Promise.all(items.map((item) => this.#stateOf(item)));
      for (const replica of this.#all()) await replica.note(table, states);
    }
    return answer;
  }

  async #stateOf({ table, attributes }: WrittenItem): Promise<ItemState> {
    const { keyNames } = await this.#tables.shapeOf(table);
    const key = Object.fromEntries(keyNames.map((name) => [name, attributes[name]]));
    const { Item: item } = await this.#link.ask('GetItem', { TableName: table, Key: key, ConsistentRead: true });
    return { table, key, item: isRecord(item) ? item : undefined };
  }

  #replicaFor({ operation, input }: Call): LaggingReplica | undefined {
    if (input['ConsistentRead'] === true) return undefined;
    if (readsIndexes(operation) && input['IndexName'] !== undefined) return this.#index;
    const isStruck = operation === 'GetItem' && this.#draws.next('stale read') < this.#staleRate;
    return isStruck ? this.#stale : undefined;
  }

  async #readCopy(call: Call, table: string, replica: LaggingReplica): Promise<Answer> {
    const copy = replica.copyOf(table) ?? table;
    const answer = await this.#link.send({ ...call, input: { ...call.input, TableName: copy } });
    // The copy's name stands in the consumed capacity and in error messages.
    return { ...answer, body: Buffer.from(answer.body.toString('utf8').replaceAll(copy, table)) };
  }

  #all(): LaggingReplica[] {
    return [this.#index, this.#stale].filter((replica) => replica !== undefined);
  }
}

function makesStale({ rate, writes }: StoreFaults['staleReads']): boolean {
  return rate > 0 && writes > 0;
}

/** @returns false for a table that the engine does not have: it says so better itself */
async function opened(replica: LaggingReplica, table: string): Promise<boolean> {
  try {
    await replica.open(table);
    return true;
  } catch (error) {
    if (error instanceof EngineRefusal && error.isMissingTable) return false;
    throw error;
  }
}
