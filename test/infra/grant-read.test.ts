import { Function, InlineCode, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Key } from 'aws-cdk-lib/aws-kms';
import { describe, expect, it } from 'vitest';
import type { ReadAccess } from '../../infra/constructs/table-access.ts';
import { guestWith, ofType, only, target } from './stack.ts';
import type { Resource, Statement } from './stack.ts';

const USERS = ['user#*'];
const NAMES = ['email#*', 'username#*'];

describe('what grantRead lets a function of yours do', () => {
  it('is to get users by their key, and nothing else', () => {
    const { resources, statements } = granted({});
    const table = only(resources, 'AWS::DynamoDB::GlobalTable').logicalId;
    expect(statements).toEqual([
      {
        Effect: 'Allow',
        Action: ['dynamodb:GetItem', 'dynamodb:BatchGetItem'],
        Resource: { 'Fn::GetAtt': [table, 'Arn'] },
        Condition: onlyKeys(USERS),
      },
    ]);
  });

  it.each([
    [{ names: true }, [...USERS, ...NAMES]],
    [{ roster: true }, [...USERS, 'roster#*']],
    [{ names: true, roster: true }, [...USERS, ...NAMES, 'roster#*']],
  ] as const)('with %j is to get these keys', (access, keys) => {
    expect(granted(access).statements.map(({ Condition }) => Condition)).toEqual([onlyKeys(keys)]);
  });

  it('is to list by the index only where that is asked for, and by that index alone', () => {
    const query = granted({ index: true }).statements.filter(({ Action }) => Action === 'dynamodb:Query');
    expect(JSON.stringify(query.map(({ Resource }) => Resource))).toMatch(/"\/index\/byGroup"/);
    expect(granted({}).statements.filter(({ Action }) => String(Action).includes('Query'))).toEqual([]);
  });

  it('is to decrypt by DynamoDB where a key of yours encrypts the table, and never to encrypt', () => {
    const [, decrypt] = granted({}, true).statements;
    expect(decrypt?.Action).toEqual(['kms:Decrypt', 'kms:DescribeKey']);
    expect(JSON.stringify(decrypt?.Condition)).toContain('kms:ViaService');
  });

  it('has no wildcard among its actions and resources', () => {
    for (const { Action, Resource } of granted({ names: true, roster: true, index: true }, true).statements) {
      expect(JSON.stringify([Action, Resource])).not.toContain('*');
    }
  });
});

function granted(
  access: ReadAccess,
  withKey = false,
): { readonly resources: readonly Resource[]; readonly statements: readonly Statement[] } {
  const guest = guestWith((stack) =>
    withKey ? { encryptionKey: Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-west-1:111122223333:key/0a1b') } : {},
  );
  const code = new InlineCode('exports.handler = async () => {};');
  const reader = new Function(guest.stack, 'Reader', { runtime: Runtime.NODEJS_24_X, handler: 'index.handler', code });
  guest.sync.grantRead(reader, access).assertSuccess();
  const resources = guest.resources();
  const lambda = resources.find(({ logicalId }) => logicalId.startsWith('Reader') && !logicalId.includes('Role'));
  const role = target(lambda?.Properties['Role']);
  const statements = ofType(resources, 'AWS::IAM::Policy')
    .filter(({ Properties }) => (Properties['Roles'] as readonly unknown[]).some((value) => target(value) === role))
    .flatMap(({ Properties }) => (Properties['PolicyDocument'] as { Statement: readonly Statement[] }).Statement);
  return { resources, statements };
}

function onlyKeys(keys: readonly string[]): unknown {
  return {
    'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': keys },
    Null: { 'dynamodb:LeadingKeys': 'false' },
  };
}
