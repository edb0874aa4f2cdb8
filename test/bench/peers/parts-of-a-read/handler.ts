/**
 * The parts of `GET /users/me`, and nothing else: one consistent read with lib-dynamodb, and the item as JSON. It does not
 * ask whether she may still have it, and has no answer where the table or the user is missing.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

interface Authorized {
  readonly authorizer: { readonly lambda: { readonly user: { readonly id: string } } };
}

const TableName = process.env['TABLE_NAME']!;
const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));

export async function handler({ requestContext }: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> {
  const { user } = (requestContext as unknown as Authorized).authorizer.lambda;
  const Key = { pk: `user#${user.id}` };
  const { Item } = await table.send(new GetCommand({ TableName, Key, ConsistentRead: true }));
  return { statusCode: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(Item) };
}
