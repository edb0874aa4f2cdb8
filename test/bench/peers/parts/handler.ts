/**
 * The parts of a webhook, and nothing else: Svix's own `verify`, `JSON.parse`, one read and one write. No comparison, no
 * condition, no log and no metric: what our handler costs beyond this is its own.
 *
 * It is no mirror: an older event brings older data back, and it answers `updated` whatever it was.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { Webhook } from 'svix';

/** What of Clerk's event is looked at. */
interface UserEvent {
  readonly data: {
    readonly id: string;
    readonly email_addresses: readonly { readonly email_address: string }[];
    readonly first_name: string | null;
    readonly last_name: string | null;
    readonly image_url: string;
    readonly username: string | null;
    readonly external_id: string | null;
    readonly banned: boolean;
    readonly public_metadata: object;
    readonly updated_at: number;
  };
}

const TableName = process.env['TABLE_NAME']!;
const webhook = new Webhook(process.env['CLERK_WEBHOOK_SECRET']!);
const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));

export async function handler(event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> {
  const body = event.body ?? '';
  webhook.verify(body, event.headers as Record<string, string>);
  const { data } = JSON.parse(body) as UserEvent;
  const Key = { pk: `user#${data.id}` };
  await table.send(new GetCommand({ TableName, Key }));
  await table.send(new UpdateCommand({ TableName, Key, ...updateOf(data) }));
  const headers = { 'content-type': 'application/json' };
  return { statusCode: 200, headers, body: JSON.stringify({ outcome: 'updated' }) };
}

function updateOf(data: UserEvent['data']) {
  return {
    UpdateExpression:
      'SET id = :id, email = :email, firstName = :firstName, lastName = :lastName, imageUrl = :imageUrl, ' +
      'username = :username, externalId = :externalId, banned = :banned, publicMetadata = :publicMetadata, ' +
      'updatedAt = :updatedAt',
    ExpressionAttributeValues: {
      ':id': data.id,
      ':email': data.email_addresses[0]?.email_address ?? null,
      ':firstName': data.first_name,
      ':lastName': data.last_name,
      ':imageUrl': data.image_url,
      ':username': data.username,
      ':externalId': data.external_id,
      ':banned': data.banned,
      ':publicMetadata': data.public_metadata,
      ':updatedAt': new Date(data.updated_at).toISOString(),
    },
  };
}
