import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { AuthorizedEvent } from '../../shared/request/current-user.ts';

/** What our functions read of an HTTP API's request (payload 2.0). */
export type HttpEvent = Pick<APIGatewayProxyEventV2, 'routeKey' | 'headers' | 'isBase64Encoded'> &
  AuthorizedEvent & {
    readonly body?: string | undefined;
    readonly pathParameters?: Readonly<Record<string, string | undefined>> | undefined;
    /** Values of one name stand together, with commas between. */
    readonly queryStringParameters?: Readonly<Record<string, string | undefined>> | undefined;
  };

export type HttpAnswer = APIGatewayProxyStructuredResultV2;
