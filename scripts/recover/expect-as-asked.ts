import type { DynamoDBClient, RestoreSummary } from '@aws-sdk/client-dynamodb';
import { newestBackup } from './backups.ts';
import type { RestoreOptions } from './restore-table.ts';

type Client = Pick<DynamoDBClient, 'send'>;

/**
 * A table of that name may be anybody's, or an earlier restoration of another time: to copy from it would bring back what is wrong.
 *
 * @param found what DynamoDB says a table was restored from
 * @throws Error that says what it is, and what to do instead
 */
export async function expectAsAsked(
  client: Client,
  found: RestoreSummary | undefined,
  options: RestoreOptions,
): Promise<void> {
  const { source, target, at } = options;
  if (found === undefined) {
    throw new Error(`${target} is there and was not restored from anything. Choose another name for --to.`);
  }
  const { SourceTableArn: arn = '', SourceBackupArn: backup, RestoreDateTime: time } = found;
  const of = /:table\/([^/]+)/.exec(backup ?? arn)?.[1];
  const isSame = at === undefined ? await isNewestBackup(client, source, backup) : !backup && isSecond(time, at);
  if (of === source && isSame) return;
  const from = `from ${of ?? 'another table'}${time ? ` as it was at ${time.toISOString()}` : ''}`;
  throw new Error(
    `${target} was restored ${from}${backup ? ', from a backup' : ''}, which is not what you ask for. Choose another name for --to` +
      (of === source && time && !backup ? `, or say --at ${time.toISOString()} to wait for that one.` : '.'),
  );
}

async function isNewestBackup(client: Client, source: string, arn: string | undefined): Promise<boolean> {
  return arn !== undefined && (await newestBackup(client, source))?.BackupArn === arn;
}

/** DynamoDB restores to the second. */
function isSecond(time: Date | undefined, at: number): boolean {
  return time !== undefined && Math.abs(time.getTime() - at) < 1_000;
}
