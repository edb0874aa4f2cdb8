import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { createEnvironmentSource } from '../../shared/adapters/secrets/environment-source.ts';
import type { Secrets } from '../../shared/adapters/secrets/parse-secrets.ts';
import { createSecretsManagerSource } from '../../shared/adapters/secrets/secrets-manager-source.ts';
import type { Rereadable } from '../../shared/adapters/secrets/secrets.ts';
import { createSecrets } from '../../shared/adapters/secrets/secrets.ts';
import type { SyncConfig } from '../../shared/config/config.ts';
import type { Clock } from '../../shared/ports/time.ts';

/** The container's secrets, from where the configuration says they are. */
export function clerkSecrets({ secrets }: SyncConfig, clock: Clock): Rereadable<Secrets> {
  const source =
    secrets.kind === 'secret'
      ? createSecretsManagerSource({ client: new SecretsManagerClient({}), secretArn: secrets.secretArn })
      : createEnvironmentSource(secrets);
  return createSecrets({ source, clock });
}
