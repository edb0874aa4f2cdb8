import { SecretValue, Validations } from 'aws-cdk-lib';
import type { RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';

const REPLACE = 'REPLACE-ME';

/**
 * What the secret holds until someone fills it in: its shape, and no secret. The functions refuse to work with it.
 * Never change this text: CloudFormation writes the value again when the template's text differs from the last
 * deployment's, over the real keys that were put in since.
 */
const SECRET_PLACEHOLDER = JSON.stringify({
  secretKey: REPLACE,
  webhookSecrets: [REPLACE],
  jwtKeys: [REPLACE],
  adminKeyHashes: [],
});

/** What the construct needs of a secret, so that a new one and an imported one do alike. */
export interface ReadableSecret {
  readonly secretArn: string;
  /** Absent when the six characters that Secrets Manager ends an ARN with are not known. */
  readonly secretFullArn?: string | undefined;
  /** Absent when AWS's own key encrypts it. */
  readonly encryptionKey?: Pick<IKey, 'keyArn'> | undefined;
}

interface ClerkSecretProps {
  readonly removalPolicy: RemovalPolicy;
  readonly encryptionKey: IKey | undefined;
}

/** Clerk's secret key, webhook signing secrets and public keys: one JSON secret, filled in by hand after the first deployment. */
export class ClerkSecret extends Secret {
  constructor(scope: Construct, id: string, { removalPolicy, encryptionKey }: ClerkSecretProps) {
    super(scope, id, {
      description: 'Clerk: secretKey, webhookSecrets, jwtKeys (PEM), adminKeyHashes. Replace the placeholders.',
      secretStringValue: SecretValue.unsafePlainText(SECRET_PLACEHOLDER),
      removalPolicy,
      ...(encryptionKey && { encryptionKey }),
    });
    Validations.of(this).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason:
        'Clerk issues these keys and has no interface to rotate them. They rotate by adding the new one beside the old; ' +
        'the functions accept several and read them again without a deployment.',
    });
  }
}
