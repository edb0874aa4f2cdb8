import { Stack } from 'aws-cdk-lib';
import { Grant, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IGrantable, PolicyStatementProps } from 'aws-cdk-lib/aws-iam';
import type { Function } from 'aws-cdk-lib/aws-lambda';
import { ENVIRONMENT } from '../../shared/names/environment.ts';
import { NAMES, ROSTER, USERS } from './item-keys.ts';
import { indexArnOf } from './user-table.ts';
import type { MirrorTable } from './user-table.ts';

/**
 * What a function may do to which items: by action, the partition keys, or patterns of them with `*`. A transaction needs the
 * same rights as the updates in it. There is no scan, no user is deleted, and nobody may put a user, whom only updates may
 * touch, so that what an application keeps on the same item survives whatever a function does.
 */
export type ItemAccess = Readonly<
  Partial<Record<'GetItem' | 'UpdateItem' | 'PutItem' | 'DeleteItem' | 'ConditionCheckItem', readonly string[]>>
>;

/** What a function of yours may read beside users by their id. */
export interface ReadAccess {
  /**
   * Also who has an email address or a username: the items `email#…` and `username#…`.
   * @default false
   */
  readonly names?: boolean;
  /**
   * Also pre-registered people: the items `roster#…`.
   * @default false
   */
  readonly roster?: boolean;
  /**
   * Also the index `byGroup`, which lists users by the month in which Clerk created them: their ids, versions and fingerprints.
   * Whoever may query it may query all of it: the keys of conflicts and of pre-registered people have addresses in them.
   * @default false
   */
  readonly index?: boolean;
}

/** What AWS documents for those who use a table that a key of yours encrypts; each is asked for by DynamoDB alone. */
const KEY_READ = ['kms:Decrypt', 'kms:DescribeKey'];
const KEY_WRITE = [...KEY_READ, 'kms:Encrypt', 'kms:GenerateDataKey', 'kms:ReEncryptFrom', 'kms:ReEncryptTo'];

/** Tells the function which table, and lets it do there what `access` says and nothing else. */
export function connectTable(lambda: Function, table: MirrorTable, access: ItemAccess): void {
  lambda.addEnvironment(ENVIRONMENT.tableName, table.tableName);
  for (const [action, keys] of Object.entries(access)) {
    lambda.addToRolePolicy(onKeys({ actions: [`dynamodb:${action}`], resources: [table.tableArn] }, keys));
  }
  const onlyReads = Object.keys(access).every((action) => action === 'GetItem');
  const statement = onKey(table, onlyReads ? KEY_READ : KEY_WRITE);
  if (statement) lambda.addToRolePolicy(new PolicyStatement(statement));
}

/**
 * Lets the function query the table's index, any partition of it: what it projects is versions and fingerprints, no personal
 * value but for the names in the keys of conflicts and of the roster. AWS documents `dynamodb:LeadingKeys` for the table's own key only, and a condition that turns out to mean something
 * else there would stop the nightly run where nobody looks.
 */
export function connectIndex(lambda: Function, table: MirrorTable): void {
  lambda.addToRolePolicy(new PolicyStatement({ actions: ['dynamodb:Query'], resources: [indexArnOf(table)] }));
}

/** Lets anybody read users by their id, and what `access` says beside them; never a run, an audit or an event in quarantine. */
export function grantRead(table: MirrorTable, grantee: IGrantable, access: ReadAccess): Grant {
  const keys = [USERS, ...(access.names ? NAMES : []), ...(access.roster ? [ROSTER] : [])];
  const items = { actions: ['dynamodb:GetItem', 'dynamodb:BatchGetItem'], resources: [table.tableArn] };
  const statements = [
    { ...items, conditions: conditionOn(keys) },
    ...(access.index ? [{ actions: ['dynamodb:Query'], resources: [indexArnOf(table)] }] : []),
    onKey(table, KEY_READ),
  ];
  return statements
    .filter((statement) => statement !== undefined)
    .map(({ actions, resources, ...conditions }) =>
      Grant.addToPrincipal({ grantee, actions, resourceArns: resources, ...conditions }),
    )
    .reduce((one, other) => one.combine(other));
}

/** A statement about items, as the CDK takes them for policies and for grants. */
interface Permission {
  readonly actions: string[];
  readonly resources: string[];
  readonly conditions?: Record<string, Record<string, unknown>>;
}

/** @returns nothing where AWS's own key encrypts the table, which asks nobody for a permission */
function onKey(table: MirrorTable, actions: string[]): Permission | undefined {
  if (!table.encryptionKey) return undefined;
  const service = `dynamodb.${Stack.of(table).region}.amazonaws.com`;
  return {
    actions,
    resources: [table.encryptionKey.keyArn],
    conditions: { StringEquals: { 'kms:ViaService': service } },
  };
}

function onKeys(statement: PolicyStatementProps, keys: readonly string[]): PolicyStatement {
  return new PolicyStatement({ ...statement, conditions: conditionOn(keys) });
}

/** `ForAllValues` alone is true of a request in which there is no key at all; `Null` refuses such a request. */
function conditionOn(keys: readonly string[]): Record<string, Record<string, unknown>> {
  return {
    'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': keys },
    Null: { 'dynamodb:LeadingKeys': 'false' },
  };
}
