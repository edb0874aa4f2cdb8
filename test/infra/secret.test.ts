import { Stack } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { describe, expect, it } from 'vitest';
import type { ReadableSecret } from '../../infra/constructs/clerk-secret.ts';
import { SettingError } from '../../infra/constructs/setting-error.ts';
import { only, resourcesOf, statementsOfFunction, target } from './stack.ts';
import type { Statement } from './stack.ts';

const READERS = ['authorizer', 'webhook', 'users', 'reconciler'] as const;
const PARTIAL_ARN = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:clerk';
const SECRET_ARN = `${PARTIAL_ARN}-AbCdEf`;
const KEY_ARN = 'arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555';

describe('the secret', () => {
  it.each(READERS)('can be read by %s, and nothing else be done with it', (name) => {
    const resources = resourcesOf();
    const secret = only(resources, 'AWS::SecretsManager::Secret').logicalId;
    const statements = statementsOfFunction(resources, name).filter(concerns('secretsmanager:'));
    expect(statements.map(({ Action, Resource }) => [Action, target(Resource)])).toEqual([
      ['secretsmanager:GetSecretValue', secret],
    ]);
  });

  it('needs no permission for a key of KMS unless it is given one', () => {
    for (const resources of [resourcesOf(), resourcesOf({ secret: imported({ secretCompleteArn: SECRET_ARN }) })]) {
      const statements = READERS.flatMap((name) => statementsOfFunction(resources, name));
      expect(statements.filter(concerns('kms:'))).toEqual([]);
    }
  });

  it.each(READERS)('encrypted with a key of its own lets %s decrypt by way of Secrets Manager only', (name) => {
    const scope = new Stack();
    const encryptionKey = Key.fromKeyArn(scope, 'Key', KEY_ARN);
    const secret = Secret.fromSecretAttributes(scope, 'Secret', { secretCompleteArn: SECRET_ARN, encryptionKey });
    const statements = statementsOfFunction(resourcesOf({ secret }), name).filter(concerns('kms:'));
    expect(statements.map(({ Action, Resource }) => [Action, Resource])).toEqual([['kms:Decrypt', KEY_ARN]]);
    expect(JSON.stringify(statements[0]?.Condition)).toMatch(
      /^\{"StringEquals":\{"kms:ViaService":.*"secretsmanager\./,
    );
  });

  it('named without its suffix is that secret, not every secret whose name begins like it', () => {
    const secret = imported({ secretPartialArn: PARTIAL_ARN });
    const statements = statementsOfFunction(resourcesOf({ secret }), 'webhook').filter(concerns('secretsmanager:'));
    expect(statements.map(({ Resource }) => Resource)).toEqual([`${PARTIAL_ARN}-??????`]);
  });

  it('without an ARN is refused: no policy could name it', () => {
    const secret: ReadableSecret = { secretArn: 'clerk' };
    expect(() => resourcesOf({ secret })).toThrow(SettingError);
    expect(() => resourcesOf({ secret })).toThrow(/secret is "clerk".*whole ARN/);
  });
});

function imported(attributes: { secretCompleteArn: string } | { secretPartialArn: string }): ReadableSecret {
  return Secret.fromSecretAttributes(new Stack(), 'Secret', attributes);
}

function concerns(service: string): (statement: Statement) => boolean {
  return ({ Action }) => [Action].flat().some((action) => action.startsWith(service));
}
