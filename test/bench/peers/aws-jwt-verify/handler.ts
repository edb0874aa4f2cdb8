/**
 * A peer without Clerk's package: `aws-jwt-verify`, AWS's verifier of tokens, its generic `JwtVerifier` as its reference has it
 * for any issuer. The keys are loaded at the start ("Loading the JWKS from file"), so that no request waits for the network;
 * the application that a token is for is a `customJwtCheck`. The store is the typical peer's; there is no log and no metric.
 *
 * What it lacks beside ours is in docs/bench.md, and shown by test/contract/bench-peers.test.ts.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { APIGatewayRequestAuthorizerEventV2, APIGatewaySimpleAuthorizerWithContextResult } from 'aws-lambda';
import { JwtVerifier } from 'aws-jwt-verify';
import { assertStringArrayContainsString } from 'aws-jwt-verify/assert';
import type { Jwks } from 'aws-jwt-verify/jwk';
import type { JwtPayload } from 'aws-jwt-verify/jwt-model';
import { isSame, read, update } from '../compare-first.ts';
import type { Item } from '../compare-first.ts';

type Answer = APIGatewaySimpleAuthorizerWithContextResult<{ user?: Item; sessionId?: unknown }>;

const environment = process.env;
const parties = environment['CLERK_AUTHORIZED_PARTIES']!.split(',');
const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));
const verifier = JwtVerifier.create({
  issuer: environment['CLERK_ISSUER']!,
  // Clerk's session tokens have none.
  audience: null,
  customJwtCheck: ({ payload }) => {
    assertStringArrayContainsString('Authorized party', payload['azp'], parties);
  },
});
verifier.cacheJwks(JSON.parse(environment['CLERK_JWKS']!) as Jwks);

export async function handler({ headers }: APIGatewayRequestAuthorizerEventV2): Promise<Answer> {
  const claims = await verify(headers?.['authorization']?.replace('Bearer ', ''));
  const id = claims.sub ?? '';
  const stored = await read(table, id);
  const { pk: _key, ...user } = stored && isSame(stored, claims) ? stored : await update(table, id, claims);
  if (user['deletedAt'] !== undefined || user['banned'] === true) return { isAuthorized: false, context: {} };
  return { isAuthorized: true, context: { user, sessionId: claims['sid'] } };
}

async function verify(token: string | undefined): Promise<JwtPayload> {
  try {
    return await verifier.verify(token ?? '');
  } catch {
    throw new Error('Unauthorized');
  }
}
