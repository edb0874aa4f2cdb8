/**
 * An application's function behind rules on the bus: welcomes each new user by email, once. docs/events.md says why it looks
 * at what it looks at.
 */
import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { EventBridgeEvent } from 'aws-lambda';

const table = DynamoDBDocumentClient.from(new DynamoDBClient());
const TableName = process.env['TABLE_NAME'] ?? '';
const DAY_MS = 24 * 60 * 60_000;

export const handler = async ({ detail }: EventBridgeEvent<string, { readonly userId: string }>): Promise<void> => {
  const Key = { pk: `user#${detail.userId}` };
  const { Item: user = {} } = await table.send(new GetCommand({ TableName, Key, ConsistentRead: true }));
  const address: unknown = user['verifiedEmail'];
  // No verified address yet: another event will come. An old account: an import brought it, or a repair.
  if (typeof address !== 'string' || !(Number(user['clerkCreatedAt']) > Date.now() - DAY_MS)) return;
  if (await isMine(Key)) sendWelcome(detail.userId, address);
};

/** Of all events about a user, and of all their repetitions, one may write this; and no client, for the sake of the `_`. */
async function isMine(Key: Record<string, string>): Promise<boolean> {
  try {
    const command = new UpdateCommand({
      TableName,
      Key,
      UpdateExpression: 'SET #app.#welcomedAt = :now',
      ConditionExpression:
        'attribute_exists(#app) AND attribute_not_exists(#app.#welcomedAt) AND attribute_not_exists(deletedAt)',
      ExpressionAttributeNames: { '#app': 'app', '#welcomedAt': '_welcomedAt' },
      ExpressionAttributeValues: { ':now': new Date().toISOString() },
    });
    await table.send(command);
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

/** Stands for your mail service. An address has no business in a log. */
function sendWelcome(userId: string, address: string): void {
  process.stdout.write(`${JSON.stringify({ welcomed: userId, hasAddress: address !== '' })}\n`);
}
