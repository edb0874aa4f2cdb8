import type { EngineLink } from '../../dynamodb/faulty/engine-link.ts';
import { asList, asRecord, asText, isRecord } from '../json.ts';
import type { JsonRecord } from '../json.ts';

export interface Shard {
  readonly id: string;
  /** The shard whose records come before its own. */
  readonly parent: string | undefined;
}

export interface Page {
  /** As the engine answers them, oldest first. */
  readonly records: readonly JsonRecord[];
  /** Where to read on; undefined: the shard is closed, and this was its end. */
  readonly next: string | undefined;
}

/** The stream of a table, read from the engine itself. Everything throws when the engine refuses or cannot be reached. */
export interface TableStream {
  /** Tells this table from an earlier one of its name. */
  readonly tableId: string;
  shards(): Promise<Shard[]>;
  /** @param after A sequence number; undefined: from the oldest record kept. */
  iterator(shardId: string, after: string | undefined): Promise<string>;
  read(iterator: string, limit: number): Promise<Page>;
}

/** @throws When the table has no stream. */
export async function openStream(engine: Pick<EngineLink, 'ask'>, tableName: string): Promise<TableStream> {
  const { Table: table } = await engine.ask('DescribeTable', { TableName: tableName });
  const { LatestStreamArn: arn, TableId: tableId } = asRecord(table);
  if (typeof arn !== 'string') throw new Error(`The table ${tableName} has no stream in the DynamoDB engine.`);
  const ask = (operation: string, input: JsonRecord): Promise<JsonRecord> =>
    engine.ask(operation, input, 'DynamoDBStreams_20120810');
  return {
    tableId: asText(tableId) ?? '',
    shards: () => allShards(arn, ask),
    async iterator(shardId, after) {
      const start =
        after === undefined
          ? { ShardIteratorType: 'TRIM_HORIZON' }
          : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: after };
      const answer = await ask('GetShardIterator', { StreamArn: arn, ShardId: shardId, ...start });
      return asText(answer['ShardIterator']) ?? '';
    },
    async read(iterator, limit) {
      const answer = await ask('GetRecords', { ShardIterator: iterator, Limit: limit });
      return { records: asList(answer['Records']).filter(isRecord), next: asText(answer['NextShardIterator']) };
    },
  };
}

async function allShards(
  arn: string,
  ask: (operation: string, input: JsonRecord) => Promise<JsonRecord>,
): Promise<Shard[]> {
  const shards: Shard[] = [];
  let last: string | undefined;
  do {
    const from = last === undefined ? {} : { ExclusiveStartShardId: last };
    const { StreamDescription: stream } = await ask('DescribeStream', { StreamArn: arn, ...from });
    for (const shard of asList(asRecord(stream)['Shards']).map(asRecord)) {
      shards.push({ id: asText(shard['ShardId']) ?? '', parent: asText(shard['ParentShardId']) });
    }
    last = asText(asRecord(stream)['LastEvaluatedShardId']);
  } while (last !== undefined);
  return shards;
}
