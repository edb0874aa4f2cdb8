import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { createEnvironmentSource } from '../../shared/adapters/secrets/environment-source.ts';
import type { CheckedSecrets } from '../../shared/adapters/secrets/parse-secrets.ts';
import { checkSecrets } from '../../shared/adapters/secrets/parse-secrets.ts';
import { createSecretsManagerSource } from '../../shared/adapters/secrets/secrets-manager-source.ts';
import type { AuthorizerConfig } from '../../shared/config/config.ts';
import type { AwsSettings } from '../support/deployment.ts';
import { PATIENCE } from '../support/deployment.ts';

/**
 * The functions' secrets as they are now, each field checked by itself.
 * @throws SecretsUnavailable, and SecretInvalid for what has no fields at all
 */
export async function readSecrets(location: AuthorizerConfig['secrets'], aws: AwsSettings): Promise<CheckedSecrets> {
  const { signal } = new AbortController();
  if (location.kind === 'environment') return checkSecrets(await createEnvironmentSource(location).read(signal));
  const client = new SecretsManagerClient({ ...PATIENCE, ...aws });
  const source = createSecretsManagerSource({ client, secretArn: location.secretArn });
  return checkSecrets(await source.read(signal).finally(() => client.destroy()));
}
