import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { StackFile } from '../../../infra/local/stack-file.ts';

/** Puts an item into the table behind everybody's back: somebody with a console, or drift. */
export async function putItem(stack: StackFile, item: Record<string, unknown>): Promise<void> {
  const { dynamodb: endpoint, region, tableName } = stack;
  const client = new DynamoDBClient({
    endpoint,
    region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  await DynamoDBDocumentClient.from(client).send(new PutCommand({ TableName: tableName, Item: item }));
  client.destroy();
}
