import { ListBackupsCommand } from '@aws-sdk/client-dynamodb';
import type { BackupSummary, DynamoDBClient } from '@aws-sdk/client-dynamodb';

type Client = Pick<DynamoDBClient, 'send'>;

/** @returns undefined where there is none that can be restored */
export async function newestBackup(client: Client, source: string): Promise<BackupSummary | undefined> {
  return (await backupsOf(client, source)).toSorted((a, b) => timeOf(b) - timeOf(a))[0];
}

async function backupsOf(client: Client, source: string): Promise<BackupSummary[]> {
  const backups: BackupSummary[] = [];
  let from: string | undefined;
  do {
    const { BackupSummaries = [], LastEvaluatedBackupArn } = await client.send(
      new ListBackupsCommand({ TableName: source, BackupType: 'ALL', ...(from && { ExclusiveStartBackupArn: from }) }),
    );
    backups.push(...BackupSummaries.filter(({ BackupStatus }) => BackupStatus === 'AVAILABLE'));
    from = LastEvaluatedBackupArn;
  } while (from);
  return backups;
}

/** When it was made, ms. */
export const timeOf = ({ BackupCreationDateTime: at }: BackupSummary): number => at?.getTime() ?? 0;
