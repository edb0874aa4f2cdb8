import { describe, expect, it } from 'vitest';
import { FUNCTION_NAMES } from '../../infra/constructs/bundle.ts';
import type { FunctionName } from '../../infra/constructs/bundle.ts';
import { functionOf, ofType, only, resourcesOf, statementsOfFunction, target } from './stack.ts';
import type { Statement } from './stack.ts';

const resources = resourcesOf();
const LOGS = ['logs:CreateLogStream', 'logs:PutLogEvents'];
const SECRET = ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'];

describe('permissions', () => {
  it.each([
    ['authorizer', [...LOGS, ...SECRET, 'dynamodb:GetItem', 'dynamodb:UpdateItem']],
    ['webhook', [...LOGS, ...SECRET, 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem']],
    ['users', [...LOGS, ...SECRET, 'dynamodb:GetItem', 'dynamodb:UpdateItem']],
    ['whoami', LOGS],
    [
      'reconciler',
      [
        ...LOGS,
        ...SECRET,
        'cloudwatch:PutMetricData',
        'dynamodb:GetItem',
        'dynamodb:PutItem',
        'dynamodb:Query',
        'dynamodb:UpdateItem',
        'lambda:CheckpointDurableExecution',
        'lambda:GetDurableExecutionState',
        'sqs:SendMessage',
      ],
    ],
  ] as const)('of %s are exactly these', (name, expected) => {
    const actions = statementsOf(name).flatMap(({ Action }) => Action);
    expect(actions.toSorted()).toEqual([...expected].toSorted());
  });

  it('never hold a managed policy, whose text is not ours', () => {
    for (const role of ofType(resources, 'AWS::IAM::Role'))
      expect(role.Properties).not.toHaveProperty('ManagedPolicyArns');
  });

  it('name items by key in the one table, and the query its one index', () => {
    const table = only(resources, 'AWS::DynamoDB::GlobalTable').logicalId;
    const onTable = allStatements().filter(({ Action }) =>
      [Action].flat().some((action) => /dynamodb:.*Item/.test(action)),
    );
    expect(new Set(onTable.map(({ Resource }) => target(Resource)))).toEqual(new Set([table]));
    const query = allStatements().filter(({ Action }) => Action === 'dynamodb:Query');
    expect(query.map(({ Resource }) => Resource)).toEqual([
      { 'Fn::Join': ['', [{ 'Fn::GetAtt': [table, 'Arn'] }, '/index/byGroup']] },
    ]);
  });

  it.each([
    ['webhook', ['quarantine#*']],
    ['reconciler', ['run#*', 'held#*', 'settings#instance']],
  ] as const)('let %s put whole items under these keys only, never a user', (name, keys) => {
    const puts = statementsOf(name).filter(({ Action }) => Action === 'dynamodb:PutItem');
    expect(puts.map(({ Condition }) => Condition)).toEqual([
      { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [...keys] } },
    ]);
  });

  it('have wildcards in two places only, both bounded', () => {
    const wild = allStatements().filter(({ Action, Resource }) => JSON.stringify([Action, Resource]).includes('*'));
    const reconciler = functionOf(resources, 'reconciler').logicalId;
    expect(wild).toHaveLength(2);
    expect(wild).toContainEqual({
      Effect: 'Allow',
      Action: 'cloudwatch:PutMetricData',
      Resource: '*',
      Condition: { StringEquals: { 'cloudwatch:namespace': 'ClerkSync' } },
    });
    expect(wild).toContainEqual({
      Effect: 'Allow',
      Action: ['lambda:CheckpointDurableExecution', 'lambda:GetDurableExecutionState'],
      Resource: { 'Fn::Join': ['', [{ 'Fn::GetAtt': [reconciler, 'Arn'] }, ':*']] },
    });
  });

  it('let each function write to its own log group only', () => {
    for (const name of FUNCTION_NAMES) {
      const logging = functionOf(resources, name).Properties['LoggingConfig'] as { LogGroup: unknown };
      const logs = statementsOf(name).filter(({ Action }) => [Action].flat().includes('logs:PutLogEvents'));
      expect(logs.map(({ Resource }) => target(Resource))).toEqual([target(logging.LogGroup)]);
    }
  });
});

function statementsOf(name: FunctionName): readonly Statement[] {
  return statementsOfFunction(resources, name);
}

function allStatements(): readonly Statement[] {
  return ofType(resources, 'AWS::IAM::Policy').flatMap(
    ({ Properties }) => (Properties['PolicyDocument'] as { Statement: readonly Statement[] }).Statement,
  );
}
