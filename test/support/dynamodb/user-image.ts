import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { AttributeValue as StreamValue, DynamoDBRecord } from 'aws-lambda';
import { mapToNotation } from '../../../shared/adapters/dynamodb/attribute-value.ts';
import type { AttributeInput } from '../../../shared/adapters/dynamodb/json-attributes.ts';
import { isoTime, synchronisedAttributes, userKey } from '../../../shared/adapters/dynamodb/user-item.ts';
import type { ItemChange } from '../../../shared/adapters/dynamodb/user-item.ts';
import type { StoredUser } from '../../../shared/domain/user.ts';

export type Image = Record<string, StreamValue>;

/** A user's item as the table's stream shows it. */
export function userImage(user: StoredUser): Image {
  const attributes: ItemChange = {
    ...synchronisedAttributes({
      next: user,
      expected: { ...user, revision: user.revision - 1 },
      path: user.changedBy,
      fingerprint: 'f1',
      now: user.updatedAt,
      held: user.held,
      moves: [],
    }),
    pk: userKey(user.id),
    createdAt: isoTime(user.createdAt),
    app: new Map(),
  };
  const present = Object.entries(attributes).filter(
    (entry): entry is [string, AttributeInput] => entry[1] !== undefined,
  );
  return asSent(mapToNotation(present));
}

/** A record of the stream, of what the images have in common. */
export function userRecord(SequenceNumber: string, OldImage: Image | undefined, NewImage?: Image): DynamoDBRecord {
  const key = (NewImage ?? OldImage)?.['pk'];
  return {
    eventName: OldImage ? (NewImage ? 'MODIFY' : 'REMOVE') : 'INSERT',
    dynamodb: {
      SequenceNumber,
      ...(key && { Keys: { pk: key } }),
      ...(OldImage && { OldImage }),
      ...(NewImage && { NewImage }),
    },
  };
}

/** As it comes out of JSON. */
function asSent(image: Record<string, AttributeValue>): Image {
  return JSON.parse(JSON.stringify(image)) as Image;
}
