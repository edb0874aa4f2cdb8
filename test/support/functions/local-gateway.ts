import { answerTo } from '../../../functions/authorizer/answer.ts';
import { authorize } from '../../../functions/authorizer/authorize.ts';
import type { AuthorizerDependencies } from '../../../functions/authorizer/dependencies.ts';
import type { AuthorizerEvent } from '../../../functions/authorizer/events.ts';
import { requestToken } from '../../../functions/authorizer/request-token.ts';
import { LambdaAuthorizer } from '../../../infra/local/cloud/http-api/authorizer.ts';
import type { RouteRequest } from '../../../infra/local/cloud/http-api/route-request.ts';
import type { InvocationResult } from '../../../infra/local/invocation.ts';
import { createTokenVerifier } from '../../../shared/adapters/clerk/token-verifier.ts';
import type { KeyPair } from '../../unit/clerk/support/tokens.ts';
import { ISSUER, PARTY } from '../../unit/clerk/support/tokens.ts';
import { authorizerOf } from './authorizer.ts';
import type { Parts } from './parts.ts';

/** The local cloud's imitation of API Gateway, with its cache, and behind it the authorizer with the real verifier. */
export function localGateway(
  parts: Parts,
  keys: KeyPair,
  { ttlSeconds, over = {} }: { readonly ttlSeconds: number; readonly over?: Partial<AuthorizerDependencies> },
): LambdaAuthorizer {
  const clock = { now: () => Date.now() };
  const current = () => Promise.resolve([keys.publicKey]);
  const rules = { issuer: ISSUER, authorizedParties: [PARTY], missingAzp: 'deny' } as const;
  const verifier = createTokenVerifier({ ...rules, clock, keys: { current, reread: current } });
  const deps = authorizerOf(parts, { clock, verifier, ...over });
  const invoke = async (_name: string, event: unknown): Promise<InvocationResult> => {
    const asked = event as AuthorizerEvent;
    try {
      return { ok: true, payload: answerTo(asked, await authorize(requestToken(asked, 'header'), deps)) };
    } catch (error) {
      return { ok: false, error: { errorType: 'Error', errorMessage: (error as Error).message } };
    }
  };
  const identitySources = ttlSeconds === 0 ? [] : ['$request.header.authorization'];
  const definition = {
    authorizerId: 'a',
    functionArn: 'f',
    hasRole: false,
    simpleResponses: true,
    payloadVersion: '2.0',
  };
  return new LambdaAuthorizer({ ...definition, payloadVersion: '2.0', identitySources, ttlSeconds }, invoke);
}

/** A request with the token, as the gateway has it. */
export function requestWith(token: string): RouteRequest {
  const request = {
    headers: { authorization: `Bearer ${token}` },
    cookies: [],
    query: new URLSearchParams(),
    method: 'GET',
  };
  const called = {
    request,
    api: { apiId: 'api' },
    stage: { name: '$default' },
    match: { route: { key: 'GET /' }, pathParameters: {} },
  };
  return called as unknown as RouteRequest;
}
