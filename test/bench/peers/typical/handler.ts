/**
 * The typical peer: what a careful team builds from the same packages. Clerk's `verifyToken` as its reference has it (without
 * the network, with `authorizedParties`), lib-dynamodb, Powertools' logger and metrics as middy middleware, a read and a
 * comparison on each request, a write only on a difference. The clients stand at module scope, as AWS recommends for Lambda.
 *
 * What it lacks beside ours is in docs/bench.md, and shown by test/contract/bench-peers.test.ts.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import { verifyToken } from '@clerk/backend';
import middy from '@middy/core';
import type { APIGatewayRequestAuthorizerEventV2, APIGatewaySimpleAuthorizerWithContextResult } from 'aws-lambda';
import { isSame, read, update } from '../compare-first.ts';
import type { Item } from '../compare-first.ts';

type Answer = APIGatewaySimpleAuthorizerWithContextResult<{ user?: Item; sessionId?: unknown }>;
type Claims = Awaited<ReturnType<typeof verifyToken>>;

const environment = process.env;
const logger = new Logger({ serviceName: 'authorizer' });
const metrics = new Metrics({ namespace: 'UserSync', serviceName: 'authorizer' });
const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));
const verification = {
  jwtKey: environment['CLERK_JWT_KEY']!,
  authorizedParties: environment['CLERK_AUTHORIZED_PARTIES']!.split(','),
};

export const handler = middy(authorize)
  .use(injectLambdaContext(logger))
  .use(logMetrics(metrics, { captureColdStartMetric: true }));

async function authorize({ headers }: APIGatewayRequestAuthorizerEventV2): Promise<Answer> {
  const claims = await verify(headers?.['authorization']?.replace('Bearer ', ''));
  const stored = await read(table, claims.sub);
  const { pk: _key, ...user } = stored && isSame(stored, claims) ? stored : await updateAndTell(claims);
  if (user['deletedAt'] !== undefined || user['banned'] === true) {
    metrics.addMetric('UserRefused', MetricUnit.Count, 1);
    return { isAuthorized: false, context: {} };
  }
  metrics.addMetric('UserAuthorized', MetricUnit.Count, 1);
  return { isAuthorized: true, context: { user, sessionId: claims['sid'] } };
}

async function verify(token: string | undefined): Promise<Claims> {
  try {
    return await verifyToken(token ?? '', verification);
  } catch {
    metrics.addMetric('TokenRefused', MetricUnit.Count, 1);
    throw new Error('Unauthorized');
  }
}

async function updateAndTell(claims: Claims): Promise<Item> {
  const updated = await update(table, claims.sub, claims);
  logger.info('user updated', { userId: claims.sub });
  metrics.addMetric('UserUpdated', MetricUnit.Count, 1);
  return updated;
}
