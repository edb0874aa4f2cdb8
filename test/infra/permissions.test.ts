import { describe, expect, it } from 'vitest';
import { FUNCTION_NAMES } from '../../infra/constructs/bundles.ts';
import { functionOf, ofType, only, resourcesOf, statementsOfFunction, target } from './stack.ts';
import type { LambdaName, Statement } from './stack.ts';

const resources = resourcesOf({ optionalAuthorizer: true, health: true });
const LOGS = ['logs:CreateLogStream', 'logs:PutLogEvents'];
const SECRET = ['secretsmanager:GetSecretValue'];
const USERS = 'user#*';
const NAMES = ['email#*', 'username#*'];
const ROSTER = 'roster#*';

describe('permissions', () => {
  it.each([
    ['authorizer', [...LOGS, ...SECRET, 'dynamodb:GetItem', 'dynamodb:UpdateItem']],
    ['verifyOnly', [...LOGS, ...SECRET, 'dynamodb:GetItem']],
    ['optionalAuth', [...LOGS, ...SECRET, 'dynamodb:GetItem', 'dynamodb:UpdateItem']],
    ['webhook', [...LOGS, ...SECRET, 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem']],
    ['users', [...LOGS, ...SECRET, 'dynamodb:GetItem', 'dynamodb:UpdateItem']],
    ['whoami', LOGS],
    ['health', [...LOGS, 'cloudwatch:GetMetricData']],
    [
      'changes',
      [
        ...LOGS,
        ...SECRET,
        'dynamodb:DeleteItem',
        'dynamodb:DescribeStream',
        'dynamodb:GetItem',
        'dynamodb:GetRecords',
        'dynamodb:GetShardIterator',
        'dynamodb:ListStreams',
        'dynamodb:UpdateItem',
        'events:PutEvents',
        'sqs:SendMessage',
      ],
    ],
    [
      'reconciler',
      [
        ...LOGS,
        ...SECRET,
        'cloudwatch:PutMetricData',
        'dynamodb:ConditionCheckItem',
        'dynamodb:DeleteItem',
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
    ['authorizer', { GetItem: [USERS], UpdateItem: [USERS, ...NAMES] }],
    ['webhook', { GetItem: [USERS, 'settings#instance'], UpdateItem: [USERS, ...NAMES], PutItem: ['quarantine#*'] }],
    ['users', { GetItem: [USERS], UpdateItem: [USERS, ...NAMES] }],
    ['changes', { GetItem: [USERS, ...NAMES], UpdateItem: [USERS, ...NAMES], DeleteItem: NAMES }],
    ['verifyOnly', { GetItem: [USERS] }],
    ['optionalAuth', { GetItem: [USERS], UpdateItem: [USERS, ...NAMES] }],
    [
      'reconciler',
      {
        GetItem: [USERS, ...NAMES, ROSTER, 'run#*', 'held#*', 'marks', 'settings#instance', 'watermark'],
        UpdateItem: [USERS, ...NAMES, ROSTER, 'held#*', 'lease', 'watermark', 'quarantine#*'],
        PutItem: ['run#*', 'held#*', 'marks', 'settings#instance'],
        DeleteItem: [...NAMES, ROSTER],
        ConditionCheckItem: ['lease', USERS, ...NAMES, ROSTER],
      },
    ],
    ['whoami', {}],
    ['health', {}],
  ] as const)('let %s reach these keys only, and no request that names none', (name, keysOf) => {
    const onTable = statementsOf(name).filter(({ Action }) =>
      [Action].flat().some((action) => /^dynamodb:.*Item$/.test(action)),
    );
    const conditions = onTable.map(({ Action, Condition }) => [Action, Condition] as const);
    expect(Object.fromEntries(conditions)).toEqual(
      Object.fromEntries(
        Object.entries<readonly string[]>(keysOf).map(([action, keys]) => [`dynamodb:${action}`, onlyKeys(keys)]),
      ),
    );
    expect(conditions).toHaveLength(Object.keys(keysOf).length);
  });

  it('have wildcards in five places only: two are bounded, two list, and one reads numbers', () => {
    const wild = allStatements().filter(({ Action, Resource }) => JSON.stringify([Action, Resource]).includes('*'));
    const reconciler = functionOf(resources, 'reconciler').logicalId;
    expect(wild).toHaveLength(5);
    expect(wild).toContainEqual({ Effect: 'Allow', Action: 'cloudwatch:GetMetricData', Resource: '*' });
    expect(wild).toContainEqual({ Effect: 'Allow', Action: 'dynamodb:ListStreams', Resource: '*' });
    expect(wild).toContainEqual({ Effect: 'Allow', Action: 'cloudwatch:DescribeAlarms', Resource: '*' });
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
    for (const name of [...FUNCTION_NAMES, 'health', 'verifyOnly', 'optionalAuth'] as const) {
      const logging = functionOf(resources, name).Properties['LoggingConfig'] as { LogGroup: unknown };
      const logs = statementsOf(name).filter(({ Action }) => [Action].flat().includes('logs:PutLogEvents'));
      expect(logs.map(({ Resource }) => target(Resource))).toEqual([target(logging.LogGroup)]);
    }
  });
});

/** `ForAllValues` alone is true of a request without the key. */
function onlyKeys(keys: readonly string[]): unknown {
  return {
    'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': keys },
    Null: { 'dynamodb:LeadingKeys': 'false' },
  };
}

function statementsOf(name: LambdaName): readonly Statement[] {
  return statementsOfFunction(resources, name);
}

function allStatements(): readonly Statement[] {
  return ofType(resources, 'AWS::IAM::Policy').flatMap(
    ({ Properties }) => (Properties['PolicyDocument'] as { Statement: readonly Statement[] }).Statement,
  );
}
