/**
 * The naive loop: `getUserList` page by page, as the reference of `@clerk/backend` shows it, and for each user a `GetItem` that
 * tells whether she is new, and an upsert. The clients stand at module scope, so that connections are kept.
 *
 * What it lacks beside ours is in docs/bench.md, and shown by test/long/bench-reconciler.test.ts.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { createClerkClient } from '@clerk/backend';
import type { User } from '@clerk/backend';

const TableName = process.env['TABLE_NAME']!;
const clerk = createClerkClient({
  secretKey: process.env['CLERK_SECRET_KEY']!,
  apiUrl: process.env['CLERK_API_URL']!,
});
const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));

/** Clerk's largest page. */
const limit = 500;

export async function handler(): Promise<{ created: number; updated: number }> {
  const counts = { created: 0, updated: 0 };
  for (let offset = 0; ; offset += limit) {
    const { data } = await clerk.users.getUserList({ limit, offset, orderBy: '+created_at' });
    for (const user of data) counts[await upsert(user)] += 1;
    if (data.length < limit) return counts;
  }
}

async function upsert(user: User): Promise<'created' | 'updated'> {
  const Key = { pk: `user#${user.id}` };
  const { Item } = await table.send(new GetCommand({ TableName, Key }));
  await table.send(new UpdateCommand({ TableName, Key, ...updateOf(user) }));
  return Item ? 'updated' : 'created';
}

function updateOf(user: User) {
  return {
    UpdateExpression:
      'SET id = :id, email = :email, firstName = :firstName, lastName = :lastName, imageUrl = :imageUrl, ' +
      'username = :username, externalId = :externalId, banned = :banned, publicMetadata = :publicMetadata, ' +
      'clerkCreatedAt = :createdAt, updatedAt = :updatedAt',
    ExpressionAttributeValues: {
      ':id': user.id,
      ':email': user.primaryEmailAddress?.emailAddress ?? null,
      ':firstName': user.firstName,
      ':lastName': user.lastName,
      ':imageUrl': user.imageUrl,
      ':username': user.username,
      ':externalId': user.externalId,
      ':banned': user.banned,
      ':publicMetadata': user.publicMetadata,
      ':createdAt': user.createdAt,
      ':updatedAt': user.updatedAt,
    },
  };
}
