import type {
  APIGatewayRequestAuthorizerEvent,
  APIGatewayRequestAuthorizerEventV2,
  APIGatewayTokenAuthorizerEvent,
} from 'aws-lambda';

/** An event of a REST API, or of an HTTP API with payload 1.0: it names the method that is called, and wants a policy. */
export type PolicyEvent = APIGatewayTokenAuthorizerEvent | APIGatewayRequestAuthorizerEvent;

/** Every event that API Gateway asks an authorizer with. */
export type AuthorizerEvent = APIGatewayRequestAuthorizerEventV2 | PolicyEvent;

/** Whether the event asks for a policy; all others ask for a simple answer (HTTP API, payload 2.0). */
export function wantsPolicy(event: AuthorizerEvent): event is PolicyEvent {
  return 'methodArn' in event;
}

/**
 * The values of a header in the event, in whatever case API Gateway hands its name on. A TOKEN event has only the header that
 * the authorizer was set up with: it stands for any.
 */
export function headerValues(event: AuthorizerEvent, name: string): readonly string[] {
  if ('authorizationToken' in event && event.type === 'TOKEN') return [event.authorizationToken];
  const multiple = 'multiValueHeaders' in event ? entryOf(event.multiValueHeaders, name) : undefined;
  const single = 'headers' in event ? entryOf(event.headers, name) : undefined;
  return multiple ?? (single === undefined ? [] : [single]);
}

/** The request's cookies, each as `name=value`. Payload 2.0 takes them out of the headers. */
export function cookiesOf(event: AuthorizerEvent): readonly string[] {
  if ('cookies' in event) return event.cookies;
  return headerValues(event, 'cookie').flatMap((value) => value.split(';').map((cookie) => cookie.trim()));
}

function entryOf<T>(entries: Readonly<Record<string, T | undefined>> | null | undefined, name: string): T | undefined {
  return Object.entries(entries ?? {}).find(([key]) => key.toLowerCase() === name)?.[1];
}
