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
 * The values of a header in the event, of all spellings that it came in. A TOKEN event has only the header that the authorizer
 * was set up with: it stands for any.
 */
export function headerValues(event: AuthorizerEvent, name: string): readonly string[] {
  if ('authorizationToken' in event && event.type === 'TOKEN') return [event.authorizationToken];
  const multiple = 'multiValueHeaders' in event ? entriesOf(event.multiValueHeaders, name).flat() : [];
  const single = 'headers' in event ? entriesOf(event.headers, name) : [];
  return multiple.length >= single.length ? multiple : single;
}

/**
 * The request's cookies, each as `name=value`. Payload 2.0 takes them out of the headers; elsewhere they are in one header,
 * and of several there are none: the gateway's cache may be keyed by another than the one with the token.
 */
export function cookiesOf(event: AuthorizerEvent): readonly string[] {
  if ('cookies' in event) return event.cookies ?? [];
  const [header, ...others] = headerValues(event, 'cookie');
  if (header === undefined || others.length > 0) return [];
  return header.split(';').map((cookie) => cookie.trim());
}

function entriesOf<T>(entries: Readonly<Record<string, T | undefined>> | null | undefined, name: string): T[] {
  return Object.entries(entries ?? {}).flatMap(([key, value]) =>
    key.toLowerCase() === name && value !== undefined ? [value] : [],
  );
}
