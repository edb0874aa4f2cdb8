import { setTimeout as sleep } from 'node:timers/promises';
import { LambdaRefusal } from '../lambda/errors.ts';
import type { ApiPermission } from '../lambda/permissions.ts';
import { LambdaAuthorizer } from './authorizer.ts';
import type { Authorization, Invoke } from './authorizer.ts';
import { isPreflight, preflightResponse, withCors } from './cors.ts';
import type { HttpApiDefinition, IntegrationDefinition, RouteDefinition, StageDefinition } from './definition.ts';
import { integrationEventV1 } from './event-v1.ts';
import { integrationEvent } from './event.ts';
import type { GatewayRequest } from './request.ts';
import { gatewayMessage, INTERNAL_SERVER_ERROR, responseOf, SERVICE_UNAVAILABLE } from './response.ts';
import type { GatewayResponse } from './response.ts';
import { apiArn, permissionArn } from './route-request.ts';
import type { AuthorizerContext, RouteRequest } from './route-request.ts';
import { RouteTable } from './routes.ts';
import { findStage } from './stage.ts';
import { Throttle } from './throttle.ts';

export interface GatewayOptions {
  readonly api: HttpApiDefinition;
  readonly region: string;
  readonly accountId: string;
  readonly invoke: Invoke;
  readonly mayInvoke: ApiPermission;
  /** Told of every answer. */
  readonly onAnswer: (status: number, tookMs: number) => void;
  /** Told what the client is not: why a request ended with 500. */
  readonly onProblem: (message: string) => void;
}

const NOT_FOUND = gatewayMessage(404, 'Not Found');
const TOO_MANY_REQUESTS = gatewayMessage(429, 'Too Many Requests');
const TOO_LARGE = gatewayMessage(413, 'Request Entity Too Large');

/** One HTTP API: from a request to a response, in the order in which API Gateway does it. */
export class Gateway {
  readonly #options: GatewayOptions;
  readonly #routes: RouteTable;
  readonly #throttles = new Map<string, Throttle>();
  readonly #authorizers = new Map<string, LambdaAuthorizer>();

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#routes = new RouteTable(options.api.routes);
  }

  /** @param readBody Called only when a function is to have the body. */
  async handle(request: GatewayRequest, readBody: () => Promise<Buffer | 'too large'>): Promise<GatewayResponse> {
    const { cors } = this.#options.api;
    if (cors !== undefined && isPreflight(request)) return preflightResponse(request, cors);
    const response = await this.#route(request, readBody);
    this.#options.onAnswer(response.status, Date.now() - request.at);
    return cors === undefined ? response : withCors(response, request, cors);
  }

  async #route(request: GatewayRequest, readBody: () => Promise<Buffer | 'too large'>): Promise<GatewayResponse> {
    const { api, region, accountId } = this.#options;
    const found = findStage(api, request.path);
    const match = found && this.#routes.find(request.method, found.path);
    if (found === undefined || match === undefined) return NOT_FOUND;
    if (!this.#throttle(found.stage).admits(match.route.key, request.at)) return TOO_MANY_REQUESTS;
    const called: RouteRequest = { request, api, stage: found.stage, path: found.path, match, region, accountId };
    const authorization = await this.#authorize(match.route, called);
    if (authorization !== undefined && 'refusal' in authorization) return authorization.refusal;
    const body = await readBody();
    return body === 'too large' ? TOO_LARGE : this.#integrate(called, body, authorization?.added);
  }

  async #authorize(route: RouteDefinition, called: RouteRequest): Promise<Authorization | undefined> {
    const { authorization } = route;
    if (authorization === 'none') return undefined;
    if ('notImitated' in authorization) {
      this.#options.onProblem(`${route.key}: ${authorization.notImitated} is not imitated by the local cloud.`);
      return { refusal: INTERNAL_SERVER_ERROR };
    }
    const source = `${apiArn(called)}/authorizers/${authorization.authorizerId}`;
    if (!this.#permitted(authorization, source)) return { refusal: INTERNAL_SERVER_ERROR };
    return this.#authorizer(
      authorization.authorizerId,
      () => new LambdaAuthorizer(authorization, this.#invokeAuthorizer),
    ).authorize(called);
  }

  async #integrate(called: RouteRequest, body: Buffer, added?: AuthorizerContext): Promise<GatewayResponse> {
    const { integration, key } = called.match.route;
    if (integration?.functionArn === undefined) {
      this.#options.onProblem(
        `${key}: an integration other than a Lambda function is not imitated by the local cloud.`,
      );
      return INTERNAL_SERVER_ERROR;
    }
    const { functionArn, payloadVersion } = integration;
    if (!this.#permitted({ ...integration, functionArn }, permissionArn(called))) return INTERNAL_SERVER_ERROR;
    const makeEvent = payloadVersion === '2.0' ? integrationEvent : integrationEventV1;
    return this.#answer({ ...integration, functionArn }, makeEvent(called, body, added));
  }

  async #answer(
    integration: IntegrationDefinition & { functionArn: string },
    event: unknown,
  ): Promise<GatewayResponse> {
    const giveUp = new AbortController();
    try {
      const late = sleep(integration.timeoutMs, undefined, { signal: giveUp.signal, ref: false });
      late.catch(() => undefined);
      const result = await Promise.race([this.#options.invoke(integration.functionArn, event), late]);
      if (result === undefined) return SERVICE_UNAVAILABLE;
      if (!result.ok)
        return result.error.errorType === 'Sandbox.Timedout' ? SERVICE_UNAVAILABLE : INTERNAL_SERVER_ERROR;
      return responseOf(result.payload, integration.payloadVersion) ?? INTERNAL_SERVER_ERROR;
    } catch (error) {
      if (!(error instanceof LambdaRefusal)) throw error;
      this.#options.onProblem(`${integration.functionArn} was not invoked: ${error.message}`);
      return error.status === 429 ? SERVICE_UNAVAILABLE : INTERNAL_SERVER_ERROR;
    } finally {
      giveUp.abort();
    }
  }

  readonly #invokeAuthorizer: Invoke = async (functionArn, payload) => {
    try {
      return await this.#options.invoke(functionArn, payload);
    } catch (error) {
      if (!(error instanceof LambdaRefusal)) throw error;
      this.#options.onProblem(`${functionArn} was not invoked: ${error.message}`);
      return { ok: false, error: { errorType: error.code, errorMessage: error.message } };
    }
  };

  #permitted(target: { functionArn: string; hasRole: boolean }, source: string): boolean {
    if (target.hasRole || this.#options.mayInvoke(target.functionArn, source)) return true;
    this.#options.onProblem(
      `API Gateway may not invoke ${target.functionArn} for ${source}: the template has no AWS::Lambda::Permission for it.`,
    );
    return false;
  }

  #throttle(stage: StageDefinition): Throttle {
    const throttle = this.#throttles.get(stage.name) ?? new Throttle(stage);
    this.#throttles.set(stage.name, throttle);
    return throttle;
  }

  #authorizer(id: string, create: () => LambdaAuthorizer): LambdaAuthorizer {
    const authorizer = this.#authorizers.get(id) ?? create();
    this.#authorizers.set(id, authorizer);
    return authorizer;
  }
}
