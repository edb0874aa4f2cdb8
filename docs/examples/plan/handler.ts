/**
 * A function behind the authorizer: `GET /plan` answers what the signed-in user has booked, as your billing has put it into her
 * public metadata in Clerk.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { currentUser } from 'clerk-dynamodb-sync/request';
import type { AuthorizedEvent, RequestUser } from 'clerk-dynamodb-sync/request';

const table = DynamoDBDocumentClient.from(new DynamoDBClient());
const TableName = process.env['TABLE_NAME'] ?? '';

export const handler = async (event: AuthorizedEvent): Promise<object> => {
  const user = currentUser(event);
  // The table was away: what the token says has no metadata. Nobody is told a plan that may not be hers.
  if (!user.synced) return answer(503, { error: { code: 'try_again', message: 'The plan is not known right now.' } });
  return answer(200, { user: user.id, plan: await planOf(user), seenBy: user.actor?.sub ?? user.id });
};

async function planOf(user: RequestUser): Promise<unknown> {
  const metadata: unknown = user.omitted?.includes('publicMetadata')
    ? await readMetadata(user.id)
    : user.publicMetadata;
  return typeof metadata === 'object' && metadata !== null && 'plan' in metadata ? metadata.plan : 'free';
}

/** API Gateway takes 8 KB from an authorizer: metadata that would not fit is omitted there, and in the table. */
async function readMetadata(userId: string): Promise<unknown> {
  const { Item = {} } = await table.send(new GetCommand({ TableName, Key: { pk: `user#${userId}` } }));
  return Item['publicMetadata'];
}

function answer(statusCode: number, body: object): object {
  return { statusCode, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
