/** The store of the peers that look before they write: a read on each request, a write only where it differs from the token. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';

export type Item = Record<string, unknown>;

const FIELDS = ['email', 'firstName', 'lastName', 'imageUrl'] as const;

function keyOf(id: string): { TableName: string; Key: { pk: string } } {
  return { TableName: process.env['TABLE_NAME']!, Key: { pk: `user#${id}` } };
}

export async function read(table: DynamoDBDocumentClient, id: string): Promise<Item | undefined> {
  const { Item } = await table.send(new GetCommand(keyOf(id)));
  return Item;
}

export function isSame(stored: Item, claims: Item): boolean {
  return FIELDS.every((field) => stored[field] === (claims[field] ?? null));
}

export async function update(table: DynamoDBDocumentClient, id: string, claims: Item): Promise<Item> {
  const { Attributes } = await table.send(
    new UpdateCommand({
      ...keyOf(id),
      UpdateExpression:
        'SET id = :id, email = :email, firstName = :firstName, lastName = :lastName, imageUrl = :imageUrl, ' +
        'updatedAt = :now, createdAt = if_not_exists(createdAt, :now)',
      ExpressionAttributeValues: {
        ':id': id,
        ...Object.fromEntries(FIELDS.map((field) => [`:${field}`, claims[field] ?? null])),
        ':now': new Date().toISOString(),
      },
      ReturnValues: 'ALL_NEW',
    }),
  );
  return Attributes ?? {};
}
