import { asList, asRecord, asText, texts } from '../../cloud/json.ts';
import type { JsonRecord } from '../../cloud/json.ts';
import type { EngineLink } from './engine-link.ts';

export interface TableShape {
  readonly keyNames: readonly string[];
  /** What each global index projects, by its name; undefined for all attributes. */
  readonly globalIndexes: ReadonlyMap<string, ReadonlySet<string> | undefined>;
  /** As `DescribeTable` gives it. */
  readonly description: JsonRecord;
}

/** The tables of the engine, each described once. */
export class Tables {
  readonly #link: EngineLink;
  readonly #shapes = new Map<string, Promise<TableShape>>();

  constructor(link: EngineLink) {
    this.#link = link;
  }

  /** @throws {EngineRefusal} when there is no such table */
  shapeOf(table: string): Promise<TableShape> {
    const known = this.#shapes.get(table);
    if (known !== undefined) return known;
    const asked = this.#describe(table);
    this.#shapes.set(table, asked);
    asked.catch(() => this.#shapes.delete(table));
    return asked;
  }

  /** Whoever changes a table through us makes us ask again. */
  forget(table: string): void {
    this.#shapes.delete(table);
  }

  async #describe(table: string): Promise<TableShape> {
    const description = asRecord((await this.#link.ask('DescribeTable', { TableName: table }))['Table']);
    const keyNames = namesOf(description['KeySchema']);
    const indexes = asList(description['GlobalSecondaryIndexes']).map((item) => {
      const index = asRecord(item);
      return [asText(index['IndexName']) ?? '', projectedBy(index, keyNames)] as const;
    });
    return { keyNames, globalIndexes: new Map(indexes), description };
  }
}

function projectedBy(index: JsonRecord, tableKeys: readonly string[]): ReadonlySet<string> | undefined {
  const projection = asRecord(index['Projection']);
  if (projection['ProjectionType'] === 'ALL') return undefined;
  return new Set([...tableKeys, ...namesOf(index['KeySchema']), ...texts(projection['NonKeyAttributes'])]);
}

function namesOf(keySchema: unknown): string[] {
  return asList(keySchema).map((element) => asText(asRecord(element)['AttributeName']) ?? '');
}
