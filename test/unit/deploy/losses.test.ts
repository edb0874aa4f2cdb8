import { describe, expect, it } from 'vitest';
import { lossesOf, lossesOfAll } from '../../../scripts/deploy/losses.ts';

const TABLE = {
  Type: 'AWS::DynamoDB::GlobalTable',
  Properties: { KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }] },
  DeletionPolicy: 'Retain',
};
const template = (resources: object): object => ({ Resources: resources });

describe('a deployment', () => {
  it('loses nothing when what is stateful stays, whatever else comes and goes', () => {
    const before = template({ Table: TABLE, Old: { Type: 'AWS::Lambda::Function' } });
    expect(lossesOf(before, template({ Table: TABLE, New: { Type: 'AWS::Lambda::Function' } }))).toEqual([]);
  });

  it('loses nothing by another order of the same properties, or by ones that can change in place', () => {
    const other = { KeySchema: [{ KeyType: 'HASH', AttributeName: 'pk' }], SSESpecification: { SSEEnabled: true } };
    expect(lossesOf(template({ Table: TABLE }), template({ Table: { ...TABLE, Properties: other } }))).toEqual([]);
  });

  it.each([
    ['KeySchema', [{ AttributeName: 'id', KeyType: 'HASH' }]],
    ['TableName', 'users'],
  ])('replaces the table by an empty one when %s changes', (name, value) => {
    const changed = { ...TABLE, Properties: { ...TABLE.Properties, [name]: value } };
    expect(lossesOf(template({ Table: TABLE }), template({ Table: changed }))).toMatchObject([{ how: 'replaced' }]);
  });

  it.each([
    ['Retain', 'left'],
    ['RetainExceptOnCreate', 'left'],
    ['Delete', 'deleted'],
    [undefined, 'deleted'],
  ] as const)('that has another name for the table, whose policy is %s, leaves it %s', (DeletionPolicy, how) => {
    const { DeletionPolicy: _, ...rest } = TABLE;
    const table = DeletionPolicy ? { ...rest, DeletionPolicy } : rest;
    expect(lossesOf(template({ Table: table }), template({ Renamed: table }))).toEqual([
      { logicalId: 'Table', what: 'the table of users', how },
    ]);
  });

  it.each(['AWS::SecretsManager::Secret', 'AWS::SNS::Topic', 'AWS::Events::EventBus'])('loses a %s', (Type) => {
    expect(lossesOf(template({ It: { Type } }), template({}))).toMatchObject([{ logicalId: 'It', how: 'deleted' }]);
  });

  it.each([
    ['DeletionPolicy', { DeletionPolicy: 'Delete' }],
    ['DeletionPolicy', { DeletionPolicy: undefined }],
    ['UpdateReplacePolicy', { UpdateReplacePolicy: 'Delete' }],
    ['DeletionProtectionEnabled', { Properties: { ...TABLE.Properties, DeletionProtectionEnabled: false } }],
    ['DeletionProtectionEnabled', { Properties: { ...TABLE.Properties, Replicas: [{ Region: 'eu-west-1' }] } }],
  ])('that takes %s away leaves the table %j without what protects it', (name, change) => {
    const isReplica = JSON.stringify(change).includes('Replicas');
    const own = isReplica
      ? { Replicas: [{ Region: 'eu-west-1', DeletionProtectionEnabled: true }] }
      : { DeletionProtectionEnabled: true };
    const kept = { ...TABLE, UpdateReplacePolicy: 'Retain', Properties: { ...TABLE.Properties, ...own } };
    expect(lossesOf(template({ Table: kept }), template({ Table: kept }))).toEqual([]);
    expect(lossesOf(template({ Table: kept }), template({ Table: { ...kept, ...change } }))).toEqual([
      { logicalId: 'Table', what: 'the table of users', how: 'unprotected', by: [name] },
    ]);
  });

  it('loses nothing by more protection than before', () => {
    const more = {
      ...TABLE,
      UpdateReplacePolicy: 'Retain',
      Properties: { ...TABLE.Properties, DeletionProtectionEnabled: true },
    };
    const { DeletionPolicy: _, ...bare } = TABLE;
    expect(lossesOf(template({ Table: bare }), template({ Table: more }))).toEqual([]);
  });

  it.each(['SecretString', 'GenerateSecretString'])('overwrites the keys in the secret when %s changes', (name) => {
    const secret = (value: unknown): object => ({ Type: 'AWS::SecretsManager::Secret', Properties: { [name]: value } });
    const [before, next] = [template({ Secret: secret('{}') }), template({ Secret: secret('{"secretKey":""}') })];
    expect(lossesOf(before, before)).toEqual([]);
    expect(lossesOf(before, next)).toMatchObject([{ logicalId: 'Secret', how: 'overwritten' }]);
  });

  it('is not judged by what is no template', () => {
    expect(() => lossesOf({}, template({}))).toThrow('Resources');
  });
});

it('The end of a stack deletes what is not retained', () => {
  const all = { Table: TABLE, Secret: { Type: 'AWS::SecretsManager::Secret' }, Role: { Type: 'AWS::IAM::Role' } };
  expect(lossesOfAll(template(all)).map(({ logicalId, how }) => [logicalId, how])).toEqual([
    ['Table', 'left'],
    ['Secret', 'deleted'],
  ]);
});
