import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ResourceNotFoundException,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import type { KeySchemaElement, TableDescription } from '@aws-sdk/client-dynamodb';
import type { TableDefinition } from './definition.ts';

/**
 * Creates the tables that do not exist yet. One that does is kept with what is in it.
 * @param endpoint Of the engine.
 * @throws When an existing table has other keys or indexes than the template wants.
 */
export async function createTables(
  endpoint: string,
  region: string,
  tables: readonly TableDefinition[],
): Promise<void> {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint, region, credentials });
  try {
    for (const table of tables) await ensure(client, table);
  } finally {
    client.destroy();
  }
}

async function ensure(client: DynamoDBClient, table: TableDefinition): Promise<void> {
  const { TableName } = table.create;
  const existing = await describe(client, TableName);
  if (existing === undefined) {
    await client.send(new CreateTableCommand(table.create));
    await enableTimeToLive(client, table);
  } else if (shapeOf(existing) !== shapeOf(table.create)) {
    throw new Error(
      `The table ${TableName} in the data directory has other keys or indexes than the template. ` +
        'Start with --fresh (it forgets what is stored), or with another data directory.',
    );
  } else if (existing.StreamSpecification?.StreamEnabled !== true) {
    await enableStream(client, table);
  }
}

/** As a deployment does when a template that had no stream before has one now. */
async function enableStream(client: DynamoDBClient, { create }: TableDefinition): Promise<void> {
  const { TableName, StreamSpecification } = create;
  if (StreamSpecification !== undefined) await client.send(new UpdateTableCommand({ TableName, StreamSpecification }));
}

async function enableTimeToLive(client: DynamoDBClient, table: TableDefinition): Promise<void> {
  if (table.timeToLiveAttribute === undefined) return;
  const TimeToLiveSpecification = { Enabled: true, AttributeName: table.timeToLiveAttribute };
  await client.send(new UpdateTimeToLiveCommand({ TableName: table.create.TableName, TimeToLiveSpecification }));
}

async function describe(client: DynamoDBClient, TableName: string): Promise<TableDescription | undefined> {
  try {
    return (await client.send(new DescribeTableCommand({ TableName }))).Table;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

interface Shape {
  readonly KeySchema?: KeySchemaElement[] | undefined;
  readonly GlobalSecondaryIndexes?:
    | readonly { IndexName?: string | undefined; KeySchema?: KeySchemaElement[] | undefined }[]
    | undefined;
}

/** Keys and indexes as a text that is equal for equal shapes. */
function shapeOf(table: Shape): string {
  const indexes = (table.GlobalSecondaryIndexes ?? []).map((index) => `${index.IndexName}:${keysOf(index.KeySchema)}`);
  return [keysOf(table.KeySchema), ...indexes.toSorted()].join(' ');
}

function keysOf(schema: readonly KeySchemaElement[] = []): string {
  return schema
    .map((element) => `${element.KeyType}=${element.AttributeName}`)
    .toSorted()
    .join(',');
}
