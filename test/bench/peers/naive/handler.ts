/**
 * The naive peer: the manuals' own examples, put together. Clerk's `authenticateRequest` as its reference recommends it
 * (without the network, with `authorizedParties`), an upsert on each request, `PutMetricData` on each request. The clients
 * stand at module scope, so that connections are kept, as AWS recommends for Lambda.
 *
 * What it lacks beside ours is in docs/bench.md, and shown by test/contract/bench-peers.test.ts.
 */
import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { createClerkClient } from '@clerk/backend';
import type { APIGatewayRequestAuthorizerEventV2, APIGatewaySimpleAuthorizerWithContextResult } from 'aws-lambda';

type Item = Record<string, unknown>;
type Answer = APIGatewaySimpleAuthorizerWithContextResult<{ user?: Item; sessionId?: string }>;

const environment = process.env;
const clerk = createClerkClient({
  secretKey: environment['CLERK_SECRET_KEY']!,
  publishableKey: environment['CLERK_PUBLISHABLE_KEY']!,
});
const authentication = {
  jwtKey: environment['CLERK_JWT_KEY']!,
  authorizedParties: environment['CLERK_AUTHORIZED_PARTIES']!.split(','),
};
const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));
const cloudWatch = new CloudWatchClient({});
/** Where metrics go; not set: nowhere, so that the bench can say what the call costs. */
const namespace = environment['METRICS_NAMESPACE'];

export async function handler(event: APIGatewayRequestAuthorizerEventV2): Promise<Answer> {
  const state = await clerk.authenticateRequest(requestOf(event), authentication);
  if (!state.isAuthenticated) throw new Error('Unauthorized');
  const { userId, sessionId, sessionClaims } = state.toAuth();
  if (userId === null) throw new Error('Unauthorized');
  const { pk: _key, ...user } = await upsert(userId, sessionClaims);
  if (namespace !== undefined) await countSync(namespace);
  if (user['deletedAt'] !== undefined || user['banned'] === true) return { isAuthorized: false, context: {} };
  return { isAuthorized: true, context: { user, sessionId } };
}

function requestOf({ headers = {}, rawPath, requestContext }: APIGatewayRequestAuthorizerEventV2): Request {
  const entries = Object.entries(headers).map(([name, value]): [string, string] => [name, value ?? '']);
  return new Request(`https://${requestContext.domainName}${rawPath}`, { headers: entries });
}

async function upsert(id: string, claims: Item): Promise<Item> {
  const { Attributes } = await table.send(
    new UpdateCommand({
      TableName: environment['TABLE_NAME']!,
      Key: { pk: `user#${id}` },
      UpdateExpression:
        'SET id = :id, email = :email, firstName = :firstName, lastName = :lastName, imageUrl = :imageUrl, ' +
        'updatedAt = :now, createdAt = if_not_exists(createdAt, :now)',
      ExpressionAttributeValues: {
        ':id': id,
        ':email': claims['email'] ?? null,
        ':firstName': claims['firstName'] ?? null,
        ':lastName': claims['lastName'] ?? null,
        ':imageUrl': claims['imageUrl'] ?? null,
        ':now': new Date().toISOString(),
      },
      ReturnValues: 'ALL_NEW',
    }),
  );
  return Attributes ?? {};
}

async function countSync(Namespace: string): Promise<void> {
  const MetricData = [{ MetricName: 'UserSynced', Value: 1, Unit: 'Count' as const }];
  await cloudWatch.send(new PutMetricDataCommand({ Namespace, MetricData }));
}
