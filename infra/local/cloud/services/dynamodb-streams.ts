import { connectToEngine } from '../../dynamodb/connect.ts';
import { EngineRefusal } from '../../dynamodb/faulty/engine-link.ts';
import type { EngineLink } from '../../dynamodb/faulty/engine-link.ts';
import { asRecord, asText } from '../json.ts';
import type { JsonRecord } from '../json.ts';
import { ServiceError } from './protocol.ts';
import type { Operation } from './protocol.ts';

export interface DynamoDbStreams {
  readonly operations: ReadonlyMap<string, Operation>;
  close(): void;
}

/** The tables' streams, for tools that read them again: the engine's own, under the names that the template gives them. */
export function dynamoDbStreams(engineUrl: string, region: string): DynamoDbStreams {
  const link = connectToEngine(engineUrl, region);
  const ask = (operation: string, input: JsonRecord): Promise<JsonRecord> =>
    link.ask(operation, input, 'DynamoDBStreams_20120810').catch(asServiceError);
  return {
    operations: new Map<string, Operation>([
      [
        'GetShardIterator',
        async (input) => ask('GetShardIterator', { ...input, StreamArn: await engineArn(input, link) }),
      ],
      ['GetRecords', (input) => ask('GetRecords', input)],
    ]),
    close: () => link.close(),
  };
}

/** An engine names a table's stream by when it made it. */
async function engineArn(input: JsonRecord, link: EngineLink): Promise<string | undefined> {
  const [, TableName = ''] = /:table\/([^/]+)\/stream\//.exec(asText(input['StreamArn']) ?? '') ?? [];
  const { Table: table } = await link.ask('DescribeTable', { TableName }).catch(asServiceError);
  return asText(asRecord(table)['LatestStreamArn']);
}

function asServiceError(error: unknown): never {
  throw error instanceof EngineRefusal ? new ServiceError(error.type, error.message) : error;
}
