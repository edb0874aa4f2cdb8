import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, DynamoDBDocumentClient, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { asList, asRecord, asText } from '../../../infra/local/cloud/json.ts';
import type { JsonRecord } from '../../../infra/local/cloud/json.ts';
import { call, invoked, startOrchard } from './orchard.ts';
import type { Orchard } from './orchard.ts';
import type { LocalCloudOptions } from '../../../infra/local/cloud/index.ts';

/** The orchard's table whose stream drives a function, and what the function was handed. */
export interface Diary {
  readonly orchard: Orchard;
  /** Puts an item as a tool does, past what stands between functions and tables. */
  put(pk: string, attributes?: Record<string, number | string>): Promise<unknown>;
  /** Puts an item as a function does. */
  putAsFunction(pk: string): Promise<unknown>;
  remove(pk: string): Promise<unknown>;
  /** The keys of all items, sorted. */
  stored(): Promise<string[]>;
  /** The records of every invocation, in order. */
  invocations(): Promise<JsonRecord[][]>;
  /** Their keys: `['a', 'b']` is an invocation with two records. */
  handed(): Promise<string[][]>;
  /** What `GET /__local/streams` says of the mapping. */
  mapping(): Promise<JsonRecord>;
  close(): Promise<void>;
}

const HANDED = 'handed ';
const MAPPING = 'DiaryToScribe';

/** Starts an orchard and opens its diary. */
export async function openDiary(options: Partial<LocalCloudOptions> = {}): Promise<Diary> {
  const orchard = await startOrchard(options);
  const TableName = orchard.cloud.physicalId('Diary');
  const tool = connect(orchard.cloud.dynamodbUrl);
  const put = (client: DynamoDBDocumentClient, pk: string, attributes: object = {}): Promise<unknown> =>
    client.send(new PutCommand({ TableName, Item: { pk, ...attributes } }));
  const invocations = async (): Promise<JsonRecord[][]> => {
    const { text } = await call(
      `${orchard.url}/__local/logs?limit=9999&function=${orchard.cloud.physicalId('Scribe')}`,
    );
    const lines = asList(JSON.parse(text)).map((entry) => asText(asRecord(entry)['line']) ?? '');
    const handed = lines.filter((line) => line.startsWith(HANDED)).map((line) => line.slice(HANDED.length));
    return handed.map((json) => asList(JSON.parse(json)).map(asRecord));
  };
  return {
    orchard,
    put: (pk, attributes) => put(tool, pk, attributes),
    async putAsFunction(pk) {
      const { environment } = await invoked(orchard.cloud, 'Echo', {});
      const client = connect(asText(asRecord(environment)['AWS_ENDPOINT_URL_DYNAMODB']) ?? '');
      await put(client, pk).finally(() => client.destroy());
    },
    remove: (pk) => tool.send(new DeleteCommand({ TableName, Key: { pk } })),
    async stored() {
      const { Items = [] } = await tool.send(new ScanCommand({ TableName, ConsistentRead: true }));
      return Items.map(({ pk }) => String(pk)).toSorted();
    },
    invocations,
    handed: async () => (await invocations()).map((records) => records.map(keyOf)),
    async mapping() {
      const { text } = await call(`${orchard.url}/__local/streams`);
      return asRecord(asList(JSON.parse(text)).find((each) => asRecord(each)['name'] === MAPPING));
    },
    async close() {
      tool.destroy();
      await orchard.close();
    },
  };
}

function keyOf(record: JsonRecord): string {
  return asText(asRecord(asRecord(asRecord(record['dynamodb'])['Keys'])['pk'])['S']) ?? '';
}

function connect(endpoint: string): DynamoDBDocumentClient {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1', endpoint, credentials }));
}
