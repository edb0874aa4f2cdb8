import { createEnvironmentSource } from '../../shared/adapters/secrets/environment-source.ts';
import type { Secrets } from '../../shared/adapters/secrets/parse-secrets.ts';
import { createSecretsManagerClient } from '../../shared/adapters/secrets/secrets-manager-client.ts';
import { createSecretsManagerSource } from '../../shared/adapters/secrets/secrets-manager-source.ts';
import type { Rereadable } from '../../shared/adapters/secrets/secrets.ts';
import { createSecrets } from '../../shared/adapters/secrets/secrets.ts';
import type { SyncConfig } from '../../shared/config/config.ts';
import type { Clock, Timers } from '../../shared/ports/time.ts';

/** The container's secrets, from where the configuration says they are. */
export function clerkSecrets(
  location: SyncConfig['secrets'],
  time: { readonly clock: Clock; readonly timers: Timers },
): Rereadable<Secrets> {
  const source =
    location.kind === 'secret'
      ? createSecretsManagerSource({ client: createSecretsManagerClient(), secretArn: location.secretArn })
      : createEnvironmentSource(location);
  return createSecrets({ source, ...time });
}
