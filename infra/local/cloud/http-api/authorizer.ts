import type { InvocationResult } from '../../invocation.ts';
import { AnswerCache } from './answer-cache.ts';
import { authorizerEventV1 } from './event-v1.ts';
import { authorizerEvent } from './event.ts';
import { verdictOf } from './authorizer-answer.ts';
import type { AuthorizerDefinition } from './definition.ts';
import { identityValue } from './identity-source.ts';
import { gatewayMessage, INTERNAL_SERVER_ERROR } from './response.ts';
import type { GatewayResponse } from './response.ts';
import { routeArn } from './route-request.ts';
import type { AuthorizerContext, RouteRequest } from './route-request.ts';

/** Let through, with what the authorizer adds; or the response that refuses. */
export type Authorization = { readonly added: AuthorizerContext } | { readonly refusal: GatewayResponse };

export type Invoke = (functionArn: string, payload: unknown) => Promise<InvocationResult>;

const UNAUTHORIZED = gatewayMessage(401, 'Unauthorized');
const FORBIDDEN = gatewayMessage(403, 'Forbidden');

/** A Lambda authorizer of the type REQUEST with its cache, which all its routes share. */
export class LambdaAuthorizer {
  readonly definition: AuthorizerDefinition;
  readonly #invoke: Invoke;
  readonly #cache: AnswerCache;

  constructor(definition: AuthorizerDefinition, invoke: Invoke) {
    this.definition = definition;
    this.#cache = new AnswerCache(definition.ttlSeconds * 1_000);
    this.#invoke = invoke;
  }

  async authorize(called: RouteRequest): Promise<Authorization> {
    const values = this.definition.identitySources.map((source) => identityValue(source, called));
    const identity = values.filter((value) => value !== undefined);
    if (identity.length < values.length) return { refusal: UNAUTHORIZED };
    const key = JSON.stringify(identity);
    const cached = this.#cache.get(key);
    if (cached !== undefined) return this.#judge(cached.answer, called);
    const result = await this.#ask(called, identity);
    if (!result.ok) return { refusal: refusalOf(result.error.errorMessage) };
    const authorization = this.#judge(result.payload, called);
    // An answer that cannot be read is asked for again.
    if (!('refusal' in authorization) || authorization.refusal !== INTERNAL_SERVER_ERROR)
      this.#cache.put(key, result.payload);
    return authorization;
  }

  #ask(called: RouteRequest, identity: readonly string[]): Promise<InvocationResult> {
    const { functionArn, payloadVersion } = this.definition;
    const makeEvent = payloadVersion === '2.0' ? authorizerEvent : authorizerEventV1;
    return this.#invoke(functionArn, makeEvent(called, identity));
  }

  #judge(answer: unknown, called: RouteRequest): Authorization {
    const simple = this.definition.simpleResponses && this.definition.payloadVersion === '2.0';
    const verdict = verdictOf(answer, simple, routeArn(called));
    if (verdict === undefined) return { refusal: INTERNAL_SERVER_ERROR };
    return verdict.allowed ? { added: verdict } : { refusal: FORBIDDEN };
  }
}

/** A function that throws `Error('Unauthorized')` asks for a 401; any other error is a failure. */
function refusalOf(errorMessage: string): GatewayResponse {
  return errorMessage === 'Unauthorized' ? UNAUTHORIZED : INTERNAL_SERVER_ERROR;
}
