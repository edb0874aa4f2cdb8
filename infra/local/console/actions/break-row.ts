import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { ActionResult } from '../contract.ts';
import type { ConsolePlace } from '../place.ts';
import { Unreachable } from '../sources/call.ts';

/** What somebody with too many permissions would do: changes her name in the table, past the synchronisation. */
export async function breakRow(userId: string, place: ConsolePlace): Promise<ActionResult> {
  const { dynamodb: endpoint, region, tableName: TableName } = place;
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint, region, credentials, maxAttempts: 1 });
  const change = new UpdateCommand({
    TableName,
    Key: { pk: `user#${userId}` },
    UpdateExpression: 'SET firstName = :name',
    ConditionExpression: 'attribute_exists(pk)',
    ExpressionAttributeValues: { ':name': 'Edited by hand' },
  });
  try {
    await DynamoDBDocumentClient.from(client).send(change);
    return { ok: true, message: 'Her row is changed by hand: only a forced run sees that.' };
  } catch (error) {
    if (error instanceof Error && error.name === 'ConditionalCheckFailedException')
      return { ok: false, message: 'She has no row to change.' };
    throw new Unreachable('The table', 'cannot be written', error);
  } finally {
    client.destroy();
  }
}
