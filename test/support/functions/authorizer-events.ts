import type {
  APIGatewayRequestAuthorizerEvent,
  APIGatewayRequestAuthorizerEventV2,
  APIGatewayTokenAuthorizerEvent,
} from 'aws-lambda';

export const METHOD_ARN = 'arn:aws:execute-api:eu-west-1:111122223333:abc123/prod/GET/orders/5';

/** An HTTP API's event of payload 2.0, of which API Gateway leaves out what the request does not have. */
export function httpEvent(parts: {
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: readonly string[] | undefined;
}): APIGatewayRequestAuthorizerEventV2 {
  const event = { version: '2.0', type: 'REQUEST', routeArn: METHOD_ARN, ...parts };
  return event as unknown as APIGatewayRequestAuthorizerEventV2;
}

/** A REQUEST event of a REST API, or of an HTTP API with payload 1.0: `headers` has the last of equal ones. */
export function requestEvent(headers: Readonly<Record<string, readonly string[]>>): APIGatewayRequestAuthorizerEvent {
  const single = Object.entries(headers).map(([name, values]) => [name, values.at(-1)] as const);
  const event = {
    type: 'REQUEST',
    methodArn: METHOD_ARN,
    headers: Object.fromEntries(single),
    multiValueHeaders: headers,
  };
  return event as unknown as APIGatewayRequestAuthorizerEvent;
}

/** A REST API's TOKEN event. */
export function tokenEvent(authorizationToken: string): APIGatewayTokenAuthorizerEvent {
  return { type: 'TOKEN', methodArn: METHOD_ARN, authorizationToken };
}
