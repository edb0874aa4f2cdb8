import { isDeepStrictEqual } from 'node:util';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { ConditionalCheckFailedException, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { TABLE } from '../../shared/names/table.ts';
import type { MirrorTable } from '../support/table.ts';
import type { CopyOptions } from './copy-app.ts';

type Members = Readonly<Record<string, AttributeValue>>;

/** What a restored table has of one user: the application's attributes in DynamoDB's notation, so that sets and long numbers stay. */
export interface RestoredApp {
  readonly key: string;
  readonly app: Members;
  readonly restoredAt: string | undefined;
}

/**
 * `copied`: attributes were set, or would be. `kept`: she has them all. `absent`: the mirror does not have her, or not yet. `decided`:
 * she has been deleted since, or deleted and brought back, when it was decided what of her stays.
 */
export type CopyOutcome = 'copied' | 'kept' | 'absent' | 'decided' | 'failed';

/** The application may write the same user meanwhile; that it does so this often in a row means something else. */
const ATTEMPTS = 5;

/** Copies what one user has; whatever fails is told of, and the others go on. */
export async function copyOne(table: MirrorTable, user: RestoredApp, options: CopyOptions): Promise<CopyOutcome> {
  try {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const outcome = await tryCopy(table, user, options);
      if (outcome !== 'lost') return outcome;
    }
    return fail(user, 'somebody else has written it all the time', options);
  } catch (error) {
    // An answer's own text may quote values: its kind must do.
    return fail(user, error instanceof Error ? error.name : 'unknown', options);
  }
}

function fail({ key }: RestoredApp, why: string, { onFailure }: CopyOptions): 'failed' {
  onFailure(key.slice(TABLE.userPrefix.length), why);
  return 'failed';
}

async function tryCopy(
  table: MirrorTable,
  user: RestoredApp,
  { overwrite, dryRun, ...options }: CopyOptions,
): Promise<CopyOutcome | 'lost'> {
  const item = await readNow(table, user.key);
  if (!item) return 'absent';
  if (isDecided(item, user)) return 'decided';
  const { app: own } = item;
  if (own && !own.M) return fail(user, 'its app is no map', { overwrite, dryRun, ...options });
  const app = overwrite ? { ...own?.M, ...user.app } : { ...user.app, ...own?.M };
  if (isDeepStrictEqual(app, { ...own?.M })) return 'kept';
  return dryRun ? 'copied' : write(table, user.key, { own, app });
}

/**
 * Whoever was brought back before the loss has its time in the restored table only: the run that made her anew does not know of it.
 * Only a time that the mirror has and the restored table has not is a decision made since.
 */
function isDecided(item: Members, { restoredAt: before }: RestoredApp): boolean {
  const restoredAt = item['restoredAt']?.S;
  return Boolean(item['deletedAt'] || item[TABLE.timeToLive]) || (restoredAt !== undefined && restoredAt !== before);
}

async function readNow({ client, tableName }: MirrorTable, key: string): Promise<Members | undefined> {
  const command = new GetItemCommand({
    TableName: tableName,
    Key: { [TABLE.partitionKey]: { S: key } },
    ProjectionExpression: '#app, deletedAt, restoredAt, #pk, #ttl',
    ExpressionAttributeNames: { '#app': 'app', '#pk': TABLE.partitionKey, '#ttl': TABLE.timeToLive },
    ConsistentRead: true,
  });
  return (await client.send(command)).Item;
}

/** Names `app` and nothing of the synchronisation, on condition that it is as it was read and that nobody has deleted her. */
async function write(
  { client, tableName }: MirrorTable,
  key: string,
  { own, app }: { readonly own: AttributeValue | undefined; readonly app: Members },
): Promise<'copied' | 'lost'> {
  const asRead = own ? '#app = :own' : 'attribute_not_exists(#app)';
  const command = new UpdateItemCommand({
    TableName: tableName,
    Key: { [TABLE.partitionKey]: { S: key } },
    UpdateExpression: 'SET #app = :app',
    ConditionExpression: `attribute_exists(#pk) AND attribute_not_exists(deletedAt) AND ${asRead}`,
    ExpressionAttributeNames: { '#app': 'app', '#pk': TABLE.partitionKey },
    ExpressionAttributeValues: { ':app': { M: { ...app } }, ...(own && { ':own': own }) },
  });
  try {
    await client.send(command);
    return 'copied';
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return 'lost';
    throw error;
  }
}
