import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  ResourceNotFoundException,
  RestoreTableFromBackupCommand,
  RestoreTableToPointInTimeCommand,
  TableNotFoundException,
} from '@aws-sdk/client-dynamodb';
import type { DynamoDBClient, PointInTimeRecoveryDescription, TableDescription } from '@aws-sdk/client-dynamodb';
import type { Clock, Timers } from '../../shared/ports/time.ts';
import { newestBackup, timeOf } from './backups.ts';
import { expectAsAsked } from './expect-as-asked.ts';

export interface RestoreOptions {
  /** The table that was lost, or of which something was. */
  readonly source: string;
  /** What the restored one is to be called. */
  readonly target: string;
  /** How it is to be, ms; undefined for a table that is deleted, whose last state was kept. */
  readonly at: number | undefined;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}

type Client = Pick<DynamoDBClient, 'send'>;

/** From one look to the next: twice as long each time, up to this. */
const LONGEST_PAUSE_MS = 10_000;
const FIRST_PAUSE_MS = 500;

/**
 * Restores a table beside the one that was lost, and waits until it can be read: a quarter of an hour for a small one. Of a table
 * that is still there its state at a time of the last 35 days; of one that was deleted the backup that DynamoDB has made of it
 * then. Without the index, which nobody needs to read it once. Started again, it waits on.
 *
 * @throws Error that says what to do instead
 */
export async function restoreTable(client: Client, options: RestoreOptions): Promise<void> {
  const { source, target, say } = options;
  if (source === target) throw new Error(`${target} is the table to restore: --to must be another name.`);
  const found = await tableNamed(client, target);
  if (found === undefined) await begin(client, options);
  else {
    await expectAsAsked(client, found.RestoreSummary, options);
    say(`${target} is there, or on its way: nothing is restored a second time.`);
  }
  await untilActive(client, options);
}

async function begin(client: Client, options: RestoreOptions): Promise<void> {
  const recovery = await recoveryOf(client, options.source);
  if (recovery === undefined) return fromBackup(client, options);
  const { source, target, say } = options;
  const at = restorableTime(recovery, options);
  await client.send(
    new RestoreTableToPointInTimeCommand({
      SourceTableName: source,
      TargetTableName: target,
      RestoreDateTime: new Date(at),
      GlobalSecondaryIndexOverride: [],
    }),
  );
  say(`${source} is being restored as ${target}, as it was at ${isoOf(at)}.`);
}

/** @returns undefined where there is no such table any more */
async function recoveryOf(client: Client, source: string): Promise<PointInTimeRecoveryDescription | undefined> {
  try {
    const { ContinuousBackupsDescription: found } = await client.send(
      new DescribeContinuousBackupsCommand({ TableName: source }),
    );
    return found?.PointInTimeRecoveryDescription ?? {};
  } catch (error) {
    if (error instanceof TableNotFoundException) return undefined;
    if (error instanceof Error && error.name === 'UnknownOperationException') {
      throw new Error(
        'The engine of the local cloud keeps no backups: only a deployed table can be restored, with --stack.',
        {
          cause: error,
        },
      );
    }
    throw error;
  }
}

/** The latest state of a table that is still there has the loss in it: somebody has to say when it was well. */
function restorableTime(recovery: PointInTimeRecoveryDescription, { source, at }: RestoreOptions): number {
  const {
    PointInTimeRecoveryStatus: status,
    EarliestRestorableDateTime: from,
    LatestRestorableDateTime: to,
  } = recovery;
  if (status !== 'ENABLED') {
    throw new Error(
      `${source} has no point-in-time recovery: nothing can be restored but what Clerk has, by npm run sync.`,
    );
  }
  const window = `from ${from?.toISOString()} to ${to?.toISOString()}`;
  if (at === undefined) throw new Error(`${source} is still there: say with --at when it was well, ${window}.`);
  if (from && to && at >= from.getTime() && at <= to.getTime()) return at;
  throw new Error(`${source} can be restored as it was ${window}, not at ${isoOf(at)}.`);
}

/** DynamoDB makes a backup of a table that is deleted, where it had point-in-time recovery, and keeps it for 35 days. */
async function fromBackup(client: Client, { source, target, at, say }: RestoreOptions): Promise<void> {
  if (at !== undefined) {
    throw new Error(`${source} is deleted: only its last state was kept. Leave --at away.`);
  }
  const newest = await newestBackup(client, source);
  if (newest === undefined) {
    throw new Error(`There is no table ${source} here, and no backup of one: look at its name and at AWS_REGION.`);
  }
  await client.send(
    new RestoreTableFromBackupCommand({
      BackupArn: newest.BackupArn,
      TargetTableName: target,
      GlobalSecondaryIndexOverride: [],
    }),
  );
  say(`${source} is being restored as ${target}, from its backup of ${isoOf(timeOf(newest))}.`);
}

async function untilActive(client: Client, { target, clock, timers, signal, say }: RestoreOptions): Promise<void> {
  const startedAt = clock.now();
  let pauseMs = FIRST_PAUSE_MS;
  for (;;) {
    const status = (await tableNamed(client, target))?.TableStatus;
    if (status === 'ACTIVE') return;
    if (signal.aborted)
      throw new Error(`Stopped. ${target} goes on being restored: the same command waits for it again.`);
    if (status !== undefined && status !== 'CREATING')
      throw new Error(`${target} is ${status}: look at it in the console.`);
    const minutes = Math.floor((clock.now() - startedAt) / 60_000);
    say(`${target} is ${status ?? 'not there yet'}, ${minutes} min.`);
    pauseMs = Math.min(LONGEST_PAUSE_MS, 2 * pauseMs);
    await timers.sleep(pauseMs, signal).catch(() => undefined);
  }
}

async function tableNamed(client: Client, tableName: string): Promise<TableDescription | undefined> {
  try {
    return (await client.send(new DescribeTableCommand({ TableName: tableName }))).Table;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

const isoOf = (ms: number): string => new Date(ms).toISOString();
