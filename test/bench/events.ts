import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { USER_EXAMPLES } from '../support/clerk/webhook-examples/users.ts';
import { signedWebhook } from '../support/e2e/signed-webhook.ts';
import type { Issuer } from './tokens.ts';
import type { BenchUser } from './user.ts';

type EventType = 'user.created' | 'user.updated';

type Signer = Pick<Issuer, 'instanceId' | 'webhookSecret'>;

/** @returns Clerk's event as API Gateway hands it on, signed now by the real `svix`: it is accepted for five minutes. */
export function webhookEvent(signer: Signer, type: EventType, user: BenchUser): APIGatewayProxyEventV2 {
  return httpEvent(signedEvent(signer, type, user));
}

/** @returns the same as it is sent over HTTP */
export function signedEvent(
  { instanceId, webhookSecret }: Signer,
  type: EventType,
  user: BenchUser,
): ReturnType<typeof signedWebhook> {
  return signedWebhook(webhookSecret, {
    data: userData(type, user),
    event_attributes: { http_request: { client_ip: '203.0.113.7', user_agent: 'Mozilla/5.0' } },
    instance_id: instanceId,
    object: 'event',
    // Clerk looks a moment after the change.
    timestamp: user.updatedAt + 100,
    type,
  });
}

/** The whole user as Clerk's document has one, of whom a mirror looks at a part. */
function userData(type: EventType, user: BenchUser): object {
  return {
    ...USER_EXAMPLES[type],
    id: user.id,
    primary_email_address_id: 'idn_bench',
    email_addresses: [emailAddress(user.email)],
    first_name: user.firstName,
    last_name: user.lastName,
    image_url: user.imageUrl,
    username: user.username,
    external_id: user.externalId,
    banned: user.banned,
    public_metadata: user.publicMetadata,
    created_at: user.createdAt,
    updated_at: user.updatedAt,
  };
}

function emailAddress(address: string): object {
  return {
    id: 'idn_bench',
    object: 'email_address',
    email_address: address,
    verification: { status: 'verified', strategy: 'email_code', attempts: null, expire_at: null },
    linked_to: [],
  };
}

function httpEvent({ body, headers }: ReturnType<typeof signedWebhook>): APIGatewayProxyEventV2 {
  const domainName = 'a1b2c3d4e5.execute-api.us-east-1.amazonaws.com';
  return {
    version: '2.0',
    routeKey: 'POST /webhooks/clerk',
    rawPath: '/webhooks/clerk',
    rawQueryString: '',
    headers: { accept: '*/*', 'user-agent': 'Svix-Webhooks/1.0', host: domainName, ...headers },
    body,
    isBase64Encoded: false,
    requestContext: {
      accountId: '000000000000',
      apiId: 'a1b2c3d4e5',
      domainName,
      domainPrefix: 'a1b2c3d4e5',
      http: {
        method: 'POST',
        path: '/webhooks/clerk',
        protocol: 'HTTP/1.1',
        sourceIp: '203.0.113.9',
        userAgent: 'Svix-Webhooks/1.0',
      },
      requestId: 'JKJaXmPLvHcESHA=',
      routeKey: 'POST /webhooks/clerk',
      stage: '$default',
      time: '25/Nov/2026:12:00:00 +0000',
      timeEpoch: Date.UTC(2026, 10, 25, 12),
    },
  };
}
