import { DescribeContinuousBackupsCommand, DescribeTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import type { TableDescription } from '@aws-sdk/client-dynamodb';
import { TABLE } from '../../../shared/names/table.ts';
import type { Check, Finding } from '../finding.ts';
import { failed, ok, skipped } from '../finding.ts';
import type { Patient } from '../patient.ts';

/** Whether the table is what the functions expect, and can be had back. */
export const TABLE_CHECKS: readonly Check[] = [
  { name: 'table', examine: table },
  { name: 'table-index', examine: withTable(index) },
  { name: 'table-stream', examine: withTable(stream) },
  { name: 'table-expiry', examine: withTable(expiry) },
  { name: 'table-recovery', examine: withTable(recovery) },
  { name: 'table-protection', examine: withTable(protection) },
];

const DEPLOY = 'Deploy the stack again: somebody has changed the table by hand.';

async function table(patient: Patient): Promise<Finding> {
  const { tableName } = patient.config;
  const found = await patient.table();
  if (!found) {
    return failed(`there is no table ${tableName}`, 'See “The table was lost” in docs/runbook.md.');
  }
  const [key, ...rest] = found.KeySchema ?? [];
  const isOurs = key?.AttributeName === TABLE.partitionKey && key.KeyType === 'HASH' && rest.length === 0;
  if (!isOurs) return failed(`the table ${tableName} has another key than ${TABLE.partitionKey}`, DEPLOY);
  return found.TableStatus === 'ACTIVE'
    ? ok(`${tableName}, key ${TABLE.partitionKey}`)
    : failed(`the table ${tableName} is ${found.TableStatus}`, 'Wait until it is ACTIVE, and try again.');
}

function withTable(
  examine: (found: TableDescription, patient: Patient) => Promise<Finding> | Finding,
): Check['examine'] {
  return async (patient) => {
    const found = await patient.table();
    return found ? examine(found, patient) : skipped('there is no table');
  };
}

function index({ GlobalSecondaryIndexes: indexes = [] }: TableDescription): Finding {
  const { name, partitionKey, sortKey, projected } = TABLE.index;
  const found = indexes.find(({ IndexName }) => IndexName === name);
  if (!found) return failed(`the table has no index ${name}`, DEPLOY);
  const keys = (found.KeySchema ?? []).map(({ AttributeName }) => AttributeName);
  if (keys.join() !== `${partitionKey},${sortKey}`) return failed(`the index ${name} has other keys`, DEPLOY);
  const included = found.Projection?.NonKeyAttributes ?? [];
  const missing = projected.filter((attribute) => !included.includes(attribute));
  return missing.length === 0
    ? ok(`${name}, with ${projected.join(', ')}`)
    : failed(`the index ${name} does not project ${missing.join(', ')}`, DEPLOY);
}

function stream({ StreamSpecification: specification }: TableDescription): Finding {
  if (specification?.StreamEnabled && specification.StreamViewType === 'NEW_AND_OLD_IMAGES') {
    return ok('new and old images');
  }
  return failed('the stream is off, or tells too little: conflicts of names are not settled', DEPLOY);
}

async function expiry(_: TableDescription, { dynamodb, config: { tableName } }: Patient): Promise<Finding> {
  const answer = await dynamodb.send(new DescribeTimeToLiveCommand({ TableName: tableName }));
  const { TimeToLiveStatus: status = 'DISABLED', AttributeName: attribute } = answer.TimeToLiveDescription ?? {};
  const isOn = status.startsWith('ENABL') && attribute === TABLE.timeToLive;
  return isOn ? ok(`on ${attribute}`) : failed('items never expire: erased users and old events stay', DEPLOY);
}

async function recovery(_: TableDescription, { dynamodb, config: { tableName } }: Patient): Promise<Finding> {
  const command = new DescribeContinuousBackupsCommand({ TableName: tableName });
  const answer = await dynamodb.send(command).catch((error: unknown) => {
    if (isNotImitated(error)) return undefined;
    throw error;
  });
  if (!answer) return skipped('the local engine has no backups');
  const recovery = answer.ContinuousBackupsDescription?.PointInTimeRecoveryDescription;
  return recovery?.PointInTimeRecoveryStatus === 'ENABLED'
    ? ok('point-in-time recovery is on')
    : failed('point-in-time recovery is off: what applications keep of users could not be had back', DEPLOY);
}

function isNotImitated(error: unknown): boolean {
  return error instanceof Error && /^(UnknownOperation|NotImplemented)/.test(error.name);
}

function protection(
  { DeletionProtectionEnabled: isOn }: TableDescription,
  { place, config: { stage } }: Patient,
): Finding {
  if (place.standIn !== undefined) return skipped('the local engine protects nothing');
  if (isOn) return ok('the table cannot be deleted by mistake');
  return stage === 'production'
    ? failed('the table can be deleted by mistake', 'Deploy with the removal policy RETAIN, the default of production.')
    : ok(`off, as is usual in ${stage}`);
}
