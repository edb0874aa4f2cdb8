import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { PolicyStatementProps } from 'aws-cdk-lib/aws-iam';
import type { Function } from 'aws-cdk-lib/aws-lambda';
import { ENVIRONMENT } from '../../shared/names/environment.ts';
import type { UserTable } from './user-table.ts';

/**
 * What a function may do to which items: by action, the partition keys, or patterns of them with `*`. A transaction needs the
 * same rights as the updates in it. There is no scan, no user is deleted, and nobody may put a user, whom only updates may
 * touch, so that what an application keeps on the same item survives whatever a function does.
 */
export type ItemAccess = Readonly<
  Partial<Record<'GetItem' | 'UpdateItem' | 'PutItem' | 'DeleteItem' | 'ConditionCheckItem', readonly string[]>>
>;

/** Tells the function which table, and lets it do there what `access` says and nothing else. */
export function connectTable(lambda: Function, table: UserTable, access: ItemAccess): void {
  lambda.addEnvironment(ENVIRONMENT.tableName, table.tableName);
  for (const [action, keys] of Object.entries(access)) {
    lambda.addToRolePolicy(onKeys({ actions: [`dynamodb:${action}`], resources: [table.tableArn] }, keys));
  }
}

/**
 * Lets the function query the table's index, any partition of it: what it projects is versions and fingerprints, no personal
 * value but for the names in the keys of conflicts and of the roster. AWS documents `dynamodb:LeadingKeys` for the table's own key only, and a condition that turns out to mean something
 * else there would stop the nightly run where nobody looks.
 */
export function connectIndex(lambda: Function, table: UserTable): void {
  lambda.addToRolePolicy(new PolicyStatement({ actions: ['dynamodb:Query'], resources: [table.indexArn] }));
}

/** `ForAllValues` alone is true of a request in which there is no key at all; `Null` refuses such a request. */
function onKeys(statement: PolicyStatementProps, keys: readonly string[]): PolicyStatement {
  return new PolicyStatement({
    ...statement,
    conditions: {
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': keys },
      Null: { 'dynamodb:LeadingKeys': 'false' },
    },
  });
}
